using System.Threading.Channels;
using Harper.Host.Configuration;

namespace Harper.Host.Logging;

/// <summary>
/// Takes lines from any thread and writes them to file and console on its own. Bounded: when more waits than it can write, the newest lines
/// are dropped and their number is written, because a log must never hold up the node.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    private const int MaxWaiting = 8192;

    private readonly Channel<(DateTime At, string Line)> _lines = Channel.CreateBounded<(DateTime, string)>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly LogFile? _file;
    private readonly TextWriter? _console;
    private readonly Thread _thread;
    private int _dropped;

    public LogWriter(LoggingConfig config, TextWriter console)
    {
        _file = config.File ? new LogFile(config.Path, config.RotationDirectory, config.RotationBytes, config.RotationInterval) : null;
        _console = config.StdStreams ? console : null;
        _thread = new Thread(WriteAll) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    public void Write(DateTime utcNow, string line)
    {
        if (!_lines.Writer.TryWrite((utcNow, line))) Interlocked.Increment(ref _dropped);
    }

    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _thread.Join(TimeSpan.FromSeconds(1));
        _file?.Dispose();
    }

    private void WriteAll()
    {
        var reader = _lines.Reader;
        do
        {
            while (reader.TryRead(out var entry)) WriteOne(entry.At, entry.Line);
            var dropped = Interlocked.Exchange(ref _dropped, 0);
            if (dropped > 0) WriteOne(DateTime.UtcNow, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} [main/0] [warn] [log]: {dropped} lines were dropped, they came faster than they could be written");
            Quietly(() =>
            {
                _file?.Flush();
                _console?.Flush();
            });
        }
        while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult());
    }

    private void WriteOne(DateTime at, string line) => Quietly(() =>
    {
        _file?.Write(line, at);
        _console?.WriteLine(line);
    });

    /// <summary>A full disk must not end the node; what cannot be written is lost.</summary>
    private static void Quietly(Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
        }
    }
}
