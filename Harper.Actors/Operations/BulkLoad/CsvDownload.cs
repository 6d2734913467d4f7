using Harper.Actors.Outside;
using Harper.Core.Operations;
using Harper.Core.Outside;

namespace Harper.Actors.Operations.BulkLoad;

/// <summary>
/// What was fetched, in a file that goes with it: it is read twice, and a source need not say the same twice. Nobody else can read the file.
/// </summary>
internal sealed class CsvDownload : IDisposable
{
    private const long MaxBytes = 4L << 30;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    /// <summary>A server that never ends would keep others' jobs waiting for ever.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(6);
    private static readonly string[] Types = ["text/csv", "application/octet-stream", "text/plain", "application/vnd.ms-excel"];

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"harper-csv-{Guid.NewGuid():N}");

    public TextReader Open() => new StreamReader(_path);

    public void Dispose() => File.Delete(_path);

    /// <exception cref="OperationError">It cannot be had; the message says why.</exception>
    public static async Task<CsvDownload> GetAsync(CsvSource source, OutboundPolicy policy, CancellationToken stopping)
    {
        var download = new CsvDownload();
        try
        {
            await download.TakeAsync(source, policy, stopping).ConfigureAwait(false);
            return download;
        }
        catch
        {
            download.Dispose();
            throw;
        }
    }

    private async Task TakeAsync(CsvSource source, OutboundPolicy policy, CancellationToken stopping)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var fetch = new GuardedFetch();
        var file = new FileStream(_path, options);
        await using (file.ConfigureAwait(false))
        {
            var request = new FetchRequest(source.Url, policy)
            {
                // What is sent along is for this server, and not for whomever it points to.
                Redirects = source.Headers.IsEmpty ? policy : null,
                Headers = source.Headers, MaxBytes = MaxBytes, Timeout = Longest, Silence = Silence, ProblemOf = ProblemOf,
            };
            if (await fetch.GetAsync(request, file, stopping).ConfigureAwait(false) is { } problem) throw OperationError.Bad($"CSV Load failed from URL: {problem}");
        }
    }

    private static string? ProblemOf(HttpResponseMessage answer)
    {
        if ((int)answer.StatusCode != 200) return $", status code: {(int)answer.StatusCode}, message: {answer.ReasonPhrase}";
        if (answer.Content.Headers.ContentEncoding.FirstOrDefault(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase)) is { } coding)
            return $", unsupported content encoding: {coding}";
        var type = answer.Content.Headers.ContentType?.MediaType;
        return Types.Contains(type, StringComparer.OrdinalIgnoreCase) ? null : $", unsupported content type: {type ?? "none"}";
    }
}
