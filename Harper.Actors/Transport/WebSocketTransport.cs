using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Harper.Actors.Transport;

/// <summary>
/// Sockets between nodes over WebSocket, sub-protocol <c>harperdb-replication-v1</c>, never compressed. The upgrade is done here on both sides, so
/// that what moves below the frames can be seen: pings, latency, silence.
/// </summary>
/// <param name="tls">How <c>wss</c> is spoken; null: it is not.</param>
public sealed class WebSocketTransport(IPeerTls? tls = null) : IPeerTransport, IDisposable
{
    public const string SubProtocol = "harperdb-replication-v1";
    private static readonly HttpRequestOptionsKey<IPAddress?> LocalAddress = new("local address");

    private readonly HttpMessageInvoker _http = CreateClient(async (context, cancellation) =>
    {
        context.InitialRequestMessage.Options.TryGetValue(LocalAddress, out var local);
        return await ConnectAsync(context.DnsEndPoint, local, cancellation);
    });

    public async Task<IPeerSocket> DialAsync(PeerDial dial, CancellationToken cancellation)
    {
        if (dial.Url.Scheme == "wss" && tls is null)
            throw new PeerTransportException(PeerTransportFailure.Unsupported, $"{dial.Url} asks for TLS, and this node has no certificates");
        if (dial.Url.Scheme is not ("ws" or "wss")) throw new PeerTransportException(PeerTransportFailure.Unsupported, $"{dial.Url} is no ws:// or wss:// address");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(dial.Deadline);
        try
        {
            var description = $"{dial.LocalAddress?.ToString() ?? "any"} to {dial.Url.Authority}";
            if (dial.Url.Scheme == "wss") return await DialSecureAsync(tls!, dial, description, deadline.Token);
            return WebSocketPeerSocket.Over(await UpgradeAsync(_http, dial, deadline.Token), dialled: true, description, dial.Settings);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new PeerTransportException(PeerTransportFailure.TimedOut, $"{dial.Url} did not answer within {dial.Deadline.TotalSeconds:0.#} s");
        }
        catch (Exception fault) when (fault is HttpRequestException or SocketException or IOException)
        {
            throw new PeerTransportException(PeerTransportFailure.Unreachable, $"{dial.Url} cannot be reached: {Reason(Innermost(fault), dial.Url.Host)}", fault);
        }
    }

    /// <summary>What the system says of a name that nobody knows ("resource temporarily unavailable") helps nobody.</summary>
    private static string Reason(Exception fault, string host) =>
        fault is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery }
            ? $"the host name '{host}' cannot be resolved" : fault.Message;

    /// <summary>True when the request asks for a WebSocket of our sub-protocol.</summary>
    public static bool IsPeerRequest(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } &&
        string.Equals(context.Request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase) &&
        context.Request.Headers.SecWebSocketVersion == "13" && WebSocketUpgrade.IsKey(context.Request.Headers.SecWebSocketKey) &&
        context.Request.Headers.SecWebSocketProtocol.SelectMany(value => (value ?? "").Split(',')).Any(one => one.Trim() == SubProtocol);

    /// <summary>The accepting side. The request must be kept open until <see cref="IPeerSocket.Ended"/>.</summary>
    /// <exception cref="PeerTransportException">Refused: the request is not for us (see <see cref="IsPeerRequest"/>).</exception>
    public static async Task<IPeerSocket> AcceptAsync(HttpContext context, PeerSocketSettings settings)
    {
        if (!IsPeerRequest(context)) throw new PeerTransportException(PeerTransportFailure.Refused, "no WebSocket request of the replication protocol");
        var headers = context.Response.Headers;
        headers.Connection = "Upgrade";
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = WebSocketUpgrade.AcceptOf(context.Request.Headers.SecWebSocketKey!);
        headers.SecWebSocketProtocol = SubProtocol;
        var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        var connection = context.Connection;
        return WebSocketPeerSocket.Over(
            stream, dialled: false, $"{connection.LocalIpAddress}:{connection.LocalPort} from {connection.RemoteIpAddress}", settings);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>
    /// With a client of its own: a shared one may give a connection that was opened for one request to another, and a connection whose other end was not
    /// verified must never serve a dial that asks for it.
    /// </summary>
    private static async Task<IPeerSocket> DialSecureAsync(IPeerTls tls, PeerDial dial, string description, CancellationToken cancellation)
    {
        var plain = await ConnectAsync(new DnsEndPoint(dial.Url.IdnHost.Trim('[', ']'), dial.Url.Port), dial.LocalAddress, cancellation);
        var secured = await tls.SecureAsync(plain, dial, cancellation);
        var taken = 0;
        var http = CreateClient((_, _) => Interlocked.Exchange(ref taken, 1) == 0
            ? new ValueTask<Stream>(secured.Stream)
            : throw new IOException("the other end closed the connection instead of answering"));
        try
        {
            var socket = WebSocketPeerSocket.Over(await UpgradeAsync(http, dial, cancellation), dialled: true, description, dial.Settings);
            _ = socket.Ended.ContinueWith(_ => http.Dispose(), TaskScheduler.Default);
            tls.Watch(socket, dial, secured.Shown);
            return socket;
        }
        catch
        {
            http.Dispose();
            await secured.Stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<Stream> UpgradeAsync(HttpMessageInvoker http, PeerDial dial, CancellationToken cancellation)
    {
        var key = WebSocketUpgrade.NewKey();
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(dial.Url) { Scheme = "http", Port = dial.Url.Port }.Uri)
        {
            Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Options.Set(LocalAddress, dial.LocalAddress);
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("websocket"));
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", key);
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", SubProtocol);
        foreach (var (name, value) in dial.Headers) request.Headers.TryAddWithoutValidation(name, value);
        var response = await http.SendAsync(request, cancellation);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols && Has(response, "Sec-WebSocket-Accept", WebSocketUpgrade.AcceptOf(key)) &&
            Has(response, "Sec-WebSocket-Protocol", SubProtocol))
            return await response.Content.ReadAsStreamAsync(cancellation);
        using (response)
        {
            throw new PeerTransportException(
                PeerTransportFailure.Refused,
                response.StatusCode == HttpStatusCode.SwitchingProtocols
                    ? $"{dial.Url} opens WebSockets, but does not speak {SubProtocol}"
                    : $"{dial.Url} answered {(int)response.StatusCode} instead of opening a WebSocket: is this its replication.port?");
        }
    }

    private static bool Has(HttpResponseMessage response, string header, string value) =>
        response.Headers.TryGetValues(header, out var values) && values.Contains(value);

    private static HttpMessageInvoker CreateClient(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect) => new(new SocketsHttpHandler
    {
        UseProxy = false, UseCookies = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero, ConnectCallback = connect,
    });

    private static async Task<Stream> ConnectAsync(DnsEndPoint target, IPAddress? local, CancellationToken cancellation)
    {
        var socket = local is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            if (local is not null) socket.Bind(new IPEndPoint(local, 0));
            await socket.ConnectAsync(target, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Exception Innermost(Exception fault) => fault.InnerException is null ? fault : Innermost(fault.InnerException);
}
