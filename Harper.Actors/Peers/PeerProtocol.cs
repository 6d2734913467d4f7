using System.Collections.Immutable;
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

    public interface IQuery;

    public interface IEvent;

    /// <summary>A socket that a peer dialled, after its identity is known and its first message (140) was read.</summary>
    /// <param name="Peer">Who it is.</param>
    /// <param name="First">The message; it names the database.</param>
    public sealed record SocketAccepted(NodeName Peer, ControlFrame.PeerName First, IPeerSocket Socket)
        : ICommand, INoSerializationVerificationNeeded;

    /// <summary>What a peer's plan is from now on (PeersActor → PeerActor).</summary>
    public sealed record PlanChanged(PeerPlan Plan) : ICommand;

    /// <summary>Answered with the state of every peer.</summary>
    public sealed record GetStatus : IQuery
    {
        public static readonly GetStatus Instance = new();
    }

    /// <summary>Dial the peer for a database now, without waiting for the back-off.</summary>
    public sealed record DialNow(NodeName Peer) : ICommand;

    /// <summary>Copy a database from a peer by merging (rule 23). Answered with <see cref="ResyncStarted"/> or <see cref="ResyncRefused"/>.</summary>
    public sealed record Resync(NodeName From, DatabaseName Database) : ICommand;

    public sealed record ResyncStarted : IEvent
    {
        public static readonly ResyncStarted Instance = new();
    }

    public sealed record ResyncRefused(string Reason) : IEvent;
}
