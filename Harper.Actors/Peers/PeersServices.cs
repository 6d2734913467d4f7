using System.Collections.Immutable;
using Akka.Actor;
using Harper.Actors.Databases;
using Harper.Actors.Membership;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Time;

namespace Harper.Actors.Peers;

/// <summary>What PeersActor and its children need.</summary>
public sealed record PeersServices
{
    public required MembershipView View { get; init; }

    public required IDatabaseDirectory Databases { get; init; }

    public required IPeerTransport Transport { get; init; }

    public required PeerBoard Board { get; init; }

    public required IClock Clock { get; init; }

    /// <summary>What the connections have to agree on; a child of PeersActor. Null: specs without sessions.</summary>
    public Props? Coordinator { get; init; }

    /// <summary>Who compares this node with its peers; a child of PeersActor. Null: nobody.</summary>
    public Props? Comparison { get; init; }

    /// <summary>How connections are made, given the coordinator.</summary>
    public required Func<IActorRef, PeerConnections> Connections { get; init; }

    /// <summary>Every acknowledged write of this node is on disk (<c>storage.durability: sync</c>).</summary>
    public bool Synced { get; init; } = true;

    public PeerSocketSettings Sockets { get; init; } = new();

    /// <summary>What is sent with the upgrade when a peer is dialled: credentials that were kept for it.</summary>
    public Func<NodeName, ImmutableArray<KeyValuePair<string, string>>> HeadersFor { get; init; } = _ => [];

    public ReconnectPolicy Reconnect { get; init; } = ReconnectPolicy.Default;

    /// <summary>For connecting and upgrading.</summary>
    public TimeSpan DialDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long connections have to close before they are cut.</summary>
    public TimeSpan CloseDeadline { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>From 0 up to 1: the chance in the reconnect delay.</summary>
    public Func<double> Chance { get; init; } = Random.Shared.NextDouble;

    public NodeName Self => View.Settings.Self;
}

/// <summary>How PeerActor makes the actors of its connections: the real ones in production, others in specs.</summary>
public sealed record PeerConnections(Func<ReceivingConnection, Props> Receiving, Func<SendingConnection, Props> Sending);
