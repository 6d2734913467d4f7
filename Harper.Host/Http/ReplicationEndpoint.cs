using Harper.Actors.Peers;
using Harper.Actors.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Harper.Host.Http;

/// <summary>The replication port: upgrades to the sub-protocol and hands the socket to membership, which decides who it is. Nothing else is served here.</summary>
internal sealed class ReplicationEndpoint
{
    private const string NotReplication =
        "This is the replication port of a Harper node: it speaks WebSocket with the sub-protocol " + WebSocketTransport.SubProtocol
        + ". The operations API is on another port.\n";

    private readonly IPeerAcceptor _acceptor;
    private readonly PeerSocketSettings _settings;
    private readonly CancellationToken _stopping;

    public ReplicationEndpoint(IPeerAcceptor acceptor, PeerSocketSettings settings, ILoggerFactory loggers, CancellationToken stopping)
    {
        _acceptor = acceptor;
        _settings = settings;
        _stopping = stopping;
        // The transport has a clock of its own for liveness; pings of the server would be a second one.
        var middleware = new WebSocketMiddleware(AcceptAsync, Options.Create(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero }), loggers);
        Handle = middleware.Invoke;
    }

    public RequestDelegate Handle { get; }

    private async Task AcceptAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(WebSocketTransport.SubProtocol))
        {
            context.Response.StatusCode = context.WebSockets.IsWebSocketRequest ? StatusCodes.Status400BadRequest : StatusCodes.Status426UpgradeRequired;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(NotReplication).ConfigureAwait(false);
            return;
        }
        var connection = context.Connection;
        var remote = connection.RemoteIpAddress!;
        var authorization = context.Request.Headers.Authorization.ToString();
        using var upgraded = await context.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { SubProtocol = WebSocketTransport.SubProtocol, DangerousEnableCompression = false }).ConfigureAwait(false);
        var description = $"{remote}:{connection.RemotePort} to {connection.LocalIpAddress}:{connection.LocalPort}";
        var socket = WebSocketTransport.Accept(upgraded, description, _settings);
        await using (socket.ConfigureAwait(false))
            await _acceptor.AcceptAsync(socket, remote, authorization.Length == 0 ? null : authorization, _stopping).ConfigureAwait(false);
    }
}
