using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.BulkLoad;

/// <summary>Where <c>csv_url_load</c> fetches from, and the headers that it sends along.</summary>
internal sealed record CsvSource(Uri Url, ImmutableArray<KeyValuePair<string, string>> Headers)
{
    /// <summary>For messages: without the user and password that it may hold.</summary>
    public string Shown { get; } = Url.GetComponents(UriComponents.HttpRequestUrl | UriComponents.Fragment, UriFormat.UriEscaped);

    public static CsvSource Parse(FieldCheck check)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        var text = check.Required("csv_url");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            if (text.Length > 0) check.Problem("'csv_url' must be a valid uri of http or https");
            url = new Uri("http://invalid");
        }

        if (check.Fields.Element("passthrough_headers") is { ValueKind: not JsonValueKind.Null } given)
        {
            if (given.ValueKind != JsonValueKind.Object || given.EnumerateObject().Any(header => header.Value.ValueKind != JsonValueKind.String))
                check.Problem("'passthrough_headers' must be an object of strings");
            else headers.AddRange(given.EnumerateObject().Select(header => KeyValuePair.Create(header.Name, header.Value.GetString()!)));
        }

        return new CsvSource(url, headers.DrainToImmutable());
    }
}

/// <summary>
/// What was fetched, in a file that goes with it: it is read twice, and a source need not say the same twice. Nobody else can read the file.
/// </summary>
internal sealed class CsvDownload : IDisposable
{
    private const long MaxBytes = 4L << 30;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);
    private static readonly string[] Types = ["text/csv", "application/octet-stream", "text/plain", "application/vnd.ms-excel"];

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"harper-csv-{Guid.NewGuid():N}");

    public TextReader Open() => new StreamReader(_path);

    public void Dispose() => File.Delete(_path);

    /// <exception cref="OperationError">It cannot be had; the message says why.</exception>
    public static async Task<CsvDownload> GetAsync(CsvSource source, CancellationToken stopping)
    {
        // What is sent along is for this server, and not for whomever it points to.
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = source.Headers.IsEmpty, MaxAutomaticRedirections = 5, ConnectTimeout = TimeSpan.FromSeconds(10), UseCookies = false,
        };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var download = new CsvDownload();
        try
        {
            silence.CancelAfter(Silence);
            using var request = new HttpRequestMessage(HttpMethod.Get, source.Url);
            foreach (var (name, value) in source.Headers) request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
            if ((int)answer.StatusCode != 200)
                throw OperationError.Bad($"CSV Load failed from URL: {source.Shown}, status code: {(int)answer.StatusCode}, message: {answer.ReasonPhrase}");
            var type = answer.Content.Headers.ContentType?.MediaType;
            if (!Types.Contains(type, StringComparer.OrdinalIgnoreCase))
                throw OperationError.Bad($"CSV Load failed from URL: {source.Shown}, unsupported content type: {type ?? "none"}");
            await download.TakeAsync(await answer.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false), source, silence).ConfigureAwait(false);
            return download;
        }
        catch (Exception failure)
        {
            download.Dispose();
            throw failure switch
            {
                OperationCanceledException when !stopping.IsCancellationRequested => OperationError.Bad($"CSV Load failed from URL: {source.Shown}, nothing came for {Silence.TotalSeconds:0} s"),
                HttpRequestException or IOException => OperationError.Bad($"CSV Load failed from URL: {source.Shown}, {failure.Message}"),
                _ => failure,
            };
        }
    }

    private async Task TakeAsync(Stream body, CsvSource source, CancellationTokenSource silence)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(_path, options);
        await using (file.ConfigureAwait(false))
        {
            var buffer = new byte[64 * 1024];
            var bytes = 0L;
            while (await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false) is > 0 and var read)
            {
                if ((bytes += read) > MaxBytes)
                    throw OperationError.Bad($"CSV Load failed from URL: {source.Shown}, it is larger than {MaxBytes >> 30} GB: load it in parts, or from a file with csv_file_load");
                await file.WriteAsync(buffer.AsMemory(0, read), silence.Token).ConfigureAwait(false);
                silence.CancelAfter(Silence);
            }
        }
    }
}
