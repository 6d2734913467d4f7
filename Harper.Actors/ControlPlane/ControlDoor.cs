using Harper.Actors.Certificates;
using Harper.Actors.Membership;
using Harper.Actors.Peers;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.ControlPlane;

/// <summary>Takes over sockets that were opened to <c>/control</c> on the replication port.</summary>
public interface IControlAcceptor
{
    /// <summary>Lets the socket in when it comes from a node of the cluster, or closes it. Completes when it has ended; never throws.</summary>
    Task AcceptAsync(IPeerSocket socket, SocketOrigin origin, CancellationToken stopping);
}

/// <summary>
/// The door of the control plane: the same rules of identity as for peers, nodes only, no credentials. Behind it is the transport of
/// whichever actor system runs now; without one the socket is closed, and the other side comes back.
/// </summary>
internal sealed class ControlDoor(MembershipView view, LiveCertificates? live) : IControlAcceptor
{
    private volatile Func<IPeerSocket, NodeName, Task>? _listener;

    public async Task AcceptAsync(IPeerSocket socket, SocketOrigin origin, CancellationToken stopping)
    {
        var known = view.Current;
        var admission = Admission.Decide(origin.Claim, hasCredentials: false, known.Settings, known.Records, known.Routes);
        if (admission is not AdmissionDecision.Node node)
        {
            await socket.CloseAsync(new PeerClose(PeerClose.Policy, "Unauthorized")).ConfigureAwait(false);
        }
        else if (_listener is not { } listener)
        {
            await socket.CloseAsync(new PeerClose(PeerClose.GoingAway, "no control plane here yet")).ConfigureAwait(false);
        }
        else
        {
            socket.Identified();
            live?.Accepted(socket, origin.Shown, node.Peer);
            await using var registration = stopping.Register(() => _ = socket.CloseAsync(new PeerClose(PeerClose.GoingAway, ""))).ConfigureAwait(false);
            await listener(socket, node.Peer).ConfigureAwait(false);
        }
        await socket.Ended.ConfigureAwait(false);
    }

    public void Open(Func<IPeerSocket, NodeName, Task> listener) => _listener = listener;

    /// <summary>Only what this listener opened: its successor may stand there already.</summary>
    public void Close(Func<IPeerSocket, NodeName, Task> listener) => Interlocked.CompareExchange(ref _listener, null, listener);
}
