using Harper.Actors.ControlPlane;
using Harper.Actors.Peers;
using Harper.Actors.Transport;
using Microsoft.AspNetCore.Http;

namespace Harper.Host.Http;

/// <summary>The replication port: upgrades to the sub-protocol and hands the socket to membership, which decides who it is. Sockets to <c>/control</c> go to the control plane. Nothing else is served here.</summary>
internal sealed class ReplicationEndpoint(
    IPeerAcceptor acceptor, IControlAcceptor? control, PeerSocketSettings settings, CancellationToken stopping)
{
    private const string NotReplication =
        "This is the replication port of a Harper node: it speaks WebSocket with the sub-protocol " + WebSocketTransport.SubProtocol
        + ". The operations API is on another port.\n";

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.Server = "Harper";
        if (!WebSocketTransport.IsPeerRequest(context))
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "websocket";
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(NotReplication).ConfigureAwait(false);
            return;
        }
        var secure = context.Features.Get<ShownCertificateFeature>();
        var origin = new SocketOrigin(context.Connection.RemoteIpAddress!, secure is not null, secure?.Shown);
        var authorization = context.Request.Headers.Authorization.ToString();
        var socket = await WebSocketTransport.AcceptAsync(context, settings).ConfigureAwait(false);
        await using (socket.ConfigureAwait(false))
        {
            if (control is not null && context.Request.Path == ControlAddress.Path) await control.AcceptAsync(socket, origin, stopping).ConfigureAwait(false);
            else await acceptor.AcceptAsync(socket, origin, authorization.Length == 0 ? null : authorization, stopping).ConfigureAwait(false);
        }
    }
}
