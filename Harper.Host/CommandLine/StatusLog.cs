using System.Globalization;

namespace Harper.Host.CommandLine;

/// <summary><c>harper status --watch</c> into a pipe or a file: lines with their time, each when it says something new.</summary>
internal sealed class StatusLog(TextWriter output, TimeProvider clock)
{
    private readonly Dictionary<string, string> _said = new(StringComparer.Ordinal);

    public async Task FollowAsync(StatusPicture first, Func<Task<StatusPicture>> read, TimeSpan interval, CancellationToken cancellation)
    {
        Say(first);
        while (true)
        {
            await Task.Delay(interval, clock, cancellation).ConfigureAwait(false);
            try
            {
                Say(await read().ConfigureAwait(false));
            }
            catch (CommandFailure failure)
            {
                Say("", failure.Message);
            }
            await output.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    public void Say(StatusPicture picture)
    {
        Say("", picture.Title);
        if (picture.Lines.Count == 0) Say("alone", StatusPicture.Alone);
        else _said.Remove("alone");
        var lines = picture.Lines.ToDictionary(line => $"{line.Peer} {line.Database}", line => line.ToString());
        foreach (var gone in _said.Keys.Where(key => key is not ("" or "alone") && !lines.ContainsKey(key)).ToList())
        {
            _said.Remove(gone);
            Write($"{gone} is gone");
        }
        foreach (var (key, line) in lines) Say(key, line);
    }

    private void Say(string key, string line)
    {
        if (_said.TryGetValue(key, out var before) && before == line) return;
        _said[key] = line;
        Write(line);
    }

    private void Write(string line) =>
        output.WriteLine($"{clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} {line}");
}
