using System.Net;
using Akka.Actor;
using Harper.Actors.Certificates;
using Harper.Actors.Membership;
using Harper.Actors.Operations;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Operations;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Microsoft.Extensions.Logging;

namespace Harper.Actors.Peers;

/// <summary>
/// The door of the replication port: finds out who opened a socket, answers operations that come before a name, and hands the socket on once
/// it names a database. Whoever is not known is closed with 1008 on the first message, and the log says what to add.
/// </summary>
public sealed partial class PeerAcceptor(
    MembershipView view, IPeerCredentials credentials, IPeerCallOperations operations, ILogger<PeerAcceptor> log,
    LiveCertificates? live = null) : IPeerAcceptor
{
    /// <summary>After identity, a socket that says nothing is closed.</summary>
    private static readonly TimeSpan FirstMessageDeadline = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(4);

    /// <summary>How long whoever is refused may take to say what for.</summary>
    private static readonly TimeSpan RefusedDeadline = TimeSpan.FromSeconds(3);

    private readonly RefusalLog _refusals = new(TimeProvider.System);

    /// <summary>Who takes sockets over; null while the node starts or stops.</summary>
    internal volatile IActorRef? Peers;

    public async Task AcceptAsync(IPeerSocket socket, SocketOrigin origin, string? authorization, CancellationToken stopping)
    {
        try
        {
            if (await IdentifyAsync(socket, origin, authorization, stopping).ConfigureAwait(false) is { } caller)
            {
                socket.Identified();
                await ServeAsync(socket, caller, stopping).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is PeerTransportException or OperationCanceledException)
        {
            // The socket ended, or the node stops: nothing is left to say to it.
            await socket.CloseAsync(new PeerClose(PeerClose.GoingAway, "")).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            LogFailed(error, socket.Description);
            await socket.CloseAsync(new PeerClose(PeerClose.Transient, "internal error")).ConfigureAwait(false);
        }
        await socket.Ended.ConfigureAwait(false);
    }

    /// <summary>Null: refused, and the socket is closed.</summary>
    private async Task<Caller?> IdentifyAsync(IPeerSocket socket, SocketOrigin origin, string? authorization, CancellationToken stopping)
    {
        // A peer that dials a node that has just started is not a stranger; the socket's own deadline is a little longer than this.
        await view.WaitUntilReadyAsync(StartDeadline, stopping).ConfigureAwait(false);
        if (!view.Ready.IsCompleted)
        {
            await socket.CloseAsync(new PeerClose(PeerClose.GoingAway, "the node is starting, try again")).ConfigureAwait(false);
            return null;
        }
        var known = view.Current;
        switch (Admission.Decide(origin.Claim, authorization is not null, known.Settings, known.Records, known.Routes))
        {
            case AdmissionDecision.Node node:
                live?.Accepted(socket, origin.Shown, node.Peer);
                return new Caller(null, true, node.Peer.Value);
            case AdmissionDecision.AskCredentials ask:
                Caller? user;
                try
                {
                    user = await credentials.AuthenticateAsync(authorization!, stopping).ConfigureAwait(false);
                }
                catch (OperationError undecided)
                {
                    // Nobody has looked at the credentials: they may be right.
                    await socket.CloseAsync(new PeerClose(PeerClose.Transient, Admission.Cut(undecided.Message))).ConfigureAwait(false);
                    return null;
                }
                if (user is { SuperUser: true }) return user with { Node = null };
                await RefuseAsync(socket, origin.Address, user is null ? "Unauthorized" : "Unauthorized: not a super_user", ask.Remedy, stopping).ConfigureAwait(false);
                return null;
            case AdmissionDecision.Refused refused:
                await RefuseAsync(socket, origin.Address, refused.Reason, refused.Remedy, stopping).ConfigureAwait(false);
                return null;
            default:
                throw new InvalidOperationException("unknown admission");
        }
    }

    /// <summary>Open, then closed on the first message, as the original does, or when none comes.</summary>
    private async Task RefuseAsync(IPeerSocket socket, IPAddress remote, string reason, string remedy, CancellationToken stopping)
    {
        if (_refusals.Count(remote) is { } unsaid) LogRefused(Admission.Normalize(remote), reason, remedy, RefusalLog.More(unsaid));
        var receiving = socket.ReceiveAsync(stopping).AsTask();
        var spoke = await Task.WhenAny(receiving, Task.Delay(RefusedDeadline, stopping)).ConfigureAwait(false) == receiving;
        var first = spoke ? await receiving.ConfigureAwait(false) : null;
        // An introduction failed for want of credentials, and says so in the original's word; a subscriber is told what is missing.
        var told = first is { } message && IsOperation(message.Span) ? "Unauthorized" : Admission.Cut(reason);
        await socket.CloseAsync(new PeerClose(PeerClose.Policy, told)).ConfigureAwait(false);
    }

    /// <summary>Answers operations until the socket says which database it is for, or ends (W 7: bare operation connections never name themselves).</summary>
    private async Task ServeAsync(IPeerSocket socket, Caller caller, CancellationToken stopping)
    {
        while (true)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            deadline.CancelAfter(FirstMessageDeadline);
            if (await socket.ReceiveAsync(deadline.Token).ConfigureAwait(false) is not { } message) return;
            ControlFrame? frame;
            try
            {
                frame = ControlFrameCodec.IsControl(message.Span) ? ControlFrameCodec.Decode(message.Span, FrameLimits.Default) : null;
            }
            catch (FrameError error)
            {
                LogUnreadable(socket.Description, error.Message);
                await socket.CloseAsync(new PeerClose(PeerClose.Transient, "undecodable message")).ConfigureAwait(false);
                return;
            }
            switch (frame)
            {
                case ControlFrame.OperationRequest request:
                    var response = await operations.RunAsync(caller, request, stopping).ConfigureAwait(false);
                    await socket.SendAsync(ControlFrameCodec.Encode(response), stopping).ConfigureAwait(false);
                    break;
                case ControlFrame.PeerName name:
                    await HandOnAsync(socket, caller, name).ConfigureAwait(false);
                    return;
                case ControlFrame.Disconnect:
                    await socket.CloseAsync(new PeerClose(PeerClose.Normal, "")).ConfigureAwait(false);
                    return;
                case null:
                    await socket.CloseAsync(new PeerClose(PeerClose.Policy, "NODE_NAME must come before data")).ConfigureAwait(false);
                    return;
                default:
                    // Unknown and early commands are ignored, as the originals do.
                    break;
            }
        }
    }

    /// <summary>The first bytes of a 136, without decoding anything that an unknown sent.</summary>
    private static bool IsOperation(ReadOnlySpan<byte> message) => message.Length > 2 && (message[0] & 0xF0) == 0x90 && message[1] == 0xCC && message[2] == 136;

    private async Task HandOnAsync(IPeerSocket socket, Caller caller, ControlFrame.PeerName name)
    {
        if (name.Node == view.Settings.Self)
        {
            await socket.SendAsync(ControlFrameCodec.Encode(ControlFrame.Disconnect.Instance), CancellationToken.None).ConfigureAwait(false);
            await socket.CloseAsync(new PeerClose(PeerClose.Policy, "Should not connect to self")).ConfigureAwait(false);
            return;
        }
        if (caller.Node is { } expected && name.Node.Value != expected)
        {
            LogMismatch(socket.Description, name.Node, expected);
            await socket.CloseAsync(new PeerClose(PeerClose.Policy, "Node name mismatch")).ConfigureAwait(false);
            return;
        }
        if (Peers is not { } peers)
        {
            await socket.CloseAsync(new PeerClose(PeerClose.GoingAway, "starting or stopping")).ConfigureAwait(false);
            return;
        }
        peers.Tell(new PeerProtocol.SocketAccepted(name.Node, AsUser: caller.Node is null, name, socket));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection from {Address} to the replication port was refused: {Reason}. {Remedy}{More}")]
    private partial void LogRefused(IPAddress address, string reason, string remedy, string more);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Socket} says it is {Claimed}, but its address or certificate is that of {Expected}; closed")]
    private partial void LogMismatch(string socket, NodeName claimed, string expected);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Socket} sent something unreadable: {Reason}")]
    private partial void LogUnreadable(string socket, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Accepting {Socket} failed")]
    private partial void LogFailed(Exception error, string socket);
}
