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
public sealed class WebSocketTransport : IPeerTransport, IDisposable
{
    public const string SubProtocol = "harperdb-replication-v1";
    private static readonly HttpRequestOptionsKey<IPAddress?> LocalAddress = new("local address");

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false, UseCookies = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero, ConnectCallback = ConnectAsync,
    });

    public async Task<IPeerSocket> DialAsync(PeerDial dial, CancellationToken cancellation)
    {
        if (dial.Url.Scheme is "wss" or "https")
            throw new PeerTransportException(
                PeerTransportFailure.Unsupported, $"{dial.Url} asks for TLS, which this version does not speak yet: use ws:// and replication.port");
        if (dial.Url.Scheme != "ws") throw new PeerTransportException(PeerTransportFailure.Unsupported, $"{dial.Url} is no ws:// address");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(dial.Deadline);
        try
        {
            var stream = await UpgradeAsync(dial, deadline.Token);
            return WebSocketPeerSocket.Over(stream, dialled: true, $"{dial.LocalAddress?.ToString() ?? "any"} to {dial.Url.Authority}", dial.Settings);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new PeerTransportException(PeerTransportFailure.TimedOut, $"{dial.Url} did not answer within {dial.Deadline.TotalSeconds:0.#} s");
        }
        catch (Exception fault) when (fault is HttpRequestException or SocketException or IOException)
        {
            throw new PeerTransportException(PeerTransportFailure.Unreachable, $"{dial.Url} cannot be reached: {Innermost(fault).Message}", fault);
        }
    }

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

    private async Task<Stream> UpgradeAsync(PeerDial dial, CancellationToken cancellation)
    {
        var key = WebSocketUpgrade.NewKey();
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(dial.Url) { Scheme = "http" }.Uri)
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
        var response = await _http.SendAsync(request, cancellation);
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

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        context.InitialRequestMessage.Options.TryGetValue(LocalAddress, out var local);
        var socket = local is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            if (local is not null) socket.Bind(new IPEndPoint(local, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
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
