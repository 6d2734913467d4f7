using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Harper.Host.Configuration;

namespace Harper.Host.CommandLine;

/// <summary>Talks to a running node: over the domain socket of its root folder, or to a URL. Failures are one line with what to do.</summary>
internal sealed class NodeClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _where;

    private NodeClient(HttpClient http, string where)
    {
        _http = http;
        _where = where;
    }

    /// <param name="target">A URL, with or without user and password; null: the domain socket.</param>
    /// <exception cref="CommandFailure">The target is no URL, or there is no socket.</exception>
    public static NodeClient Connect(string? target) => target is null ? ToSocket() : ToUrl(target);

    public async Task<JsonElement> RunAsync(object operation, CancellationToken cancellation)
    {
        using var content = new StringContent(operation as string ?? JsonSerializer.Serialize(operation), Encoding.UTF8, "application/json");
        return await SendAsync(() => _http.PostAsync(new Uri("/", UriKind.Relative), content, cancellation), cancellation).ConfigureAwait(false);
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellation) =>
        SendAsync(() => _http.GetAsync(new Uri(path, UriKind.Relative), cancellation), cancellation);

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(Func<Task<HttpResponseMessage>> send, CancellationToken cancellation)
    {
        try
        {
            using var answer = await send().ConfigureAwait(false);
            var text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            var body = Parse(text);
            if (answer.IsSuccessStatusCode) return body;
            var reason = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("error", out var error) ? error.ToString() : text;
            throw new CommandFailure($"{_where} answered {(int)answer.StatusCode}: {reason}");
        }
        catch (TaskCanceledException failure) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandFailure($"{_where} cannot be reached: {failure.InnerException?.Message ?? failure.Message}");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            // A socket that a killed node left behind refuses; one that was removed a moment ago is, to the runtime, an address that cannot be assigned.
            var reason = failure.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.AddressNotAvailable }
                ? "nobody listens there" : failure.InnerException?.Message ?? failure.Message;
            throw new CommandFailure($"{_where} cannot be reached: {reason}. Is the node running?");
        }
    }

    /// <summary>Some operations take long; whoever waits ends it with Ctrl-C.</summary>
    private static HttpClient Patient(HttpMessageHandler handler, Uri address) => new(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };

    private static JsonElement Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }

    private static NodeClient ToSocket()
    {
        var report = HarperConfigLoader.OfThisProcess([]).Load();
        if (report.Config is not { } config)
            throw new CommandFailure($"{report.ErrorMessage}; mend it (harper config check), or give --target http://user:password@host:9925");
        var path = config.OperationsApi.DomainSocket;
        if (path is null || !File.Exists(path))
            throw new CommandFailure($"no node runs on {config.RootPath} (no socket {path}); set ROOTPATH, or give --target http://user:password@host:9925");
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new NodeClient(Patient(handler, new Uri("http://localhost/")), path);
    }

    private static NodeClient ToUrl(string target)
    {
        if (!target.Contains("://", StringComparison.Ordinal)) target = "http://" + target;
        if (!Uri.TryCreate(target, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new CommandFailure($"--target '{target}' is no URL such as http://admin:password@127.0.0.2:9925");
        var address = new Uri(url.GetLeftPart(UriPartial.Authority).Replace(url.UserInfo + "@", "", StringComparison.Ordinal));
        var http = Patient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) }, address);
        var user = url.UserInfo.Length > 0
            ? Uri.UnescapeDataString(url.UserInfo)
            : $"{Environment.GetEnvironmentVariable("HDB_ADMIN_USERNAME")}:{Environment.GetEnvironmentVariable("HDB_ADMIN_PASSWORD")}";
        if (user.Length > 1) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
        return new NodeClient(http, address.ToString());
    }
}
