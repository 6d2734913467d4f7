using Akka.Actor;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Wire.Control;

namespace Harper.Actors.Peers;

/// <summary>What PeersActor and its PeerActors are told and asked.</summary>
public static class PeerProtocol
{
    public interface ICommand;

    public interface IEvent;

    /// <summary>Whoever takes the message owns its socket. When nobody does any more, the socket is closed by PeersActor.</summary>
    internal interface ICarriesSocket
    {
        IPeerSocket Socket { get; }
    }

    /// <summary>A socket that somebody dialled, after its identity is known and its first message (140) was read.</summary>
    /// <param name="Peer">Who it is: a node of the plan, or the name that a super_user claims.</param>
    /// <param name="AsUser">Let in by credentials: what replicates is served, although no record names it (R-SEC-09).</param>
    public sealed record SocketAccepted(NodeName Peer, bool AsUser, ControlFrame.PeerName First, IPeerSocket Socket)
        : ICommand, ICarriesSocket, INoSerializationVerificationNeeded;

    /// <summary>The same for the PeerActor, with what may be served of that database.</summary>
    public sealed record ServeSocket(ControlFrame.PeerName First, TableFilter Sends, IPeerSocket Socket)
        : ICommand, ICarriesSocket, INoSerializationVerificationNeeded;

    /// <summary>What a peer's plan is from now on.</summary>
    public sealed record PlanChanged(PeerPlan Plan) : ICommand;

    /// <summary>What a peer without a node record is served beside what it is served already.</summary>
    public sealed record GuestPlan(PeerPlan Plan) : ICommand;

    /// <summary>The peer does not stand in the plan any more: close its sockets with 1008 and stop.</summary>
    public sealed record Leave(string Reason) : ICommand;

    /// <summary>Copy a database from a peer, or to an original, by merging (rule 23). Answered with <see cref="ResyncStarted"/> or <see cref="ResyncRefused"/>.</summary>
    public sealed record Resync(NodeName Peer, DatabaseName Database, bool ToPeer = false) : ICommand;

    public sealed record ResyncStarted : IEvent
    {
        public static readonly ResyncStarted Instance = new();
    }

    public sealed record ResyncRefused(string Reason) : IEvent;
}
