using System.Collections.Concurrent;
using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Actors.Peers;

/// <summary>The latest status of every peer, for whoever must not wait for actors: cluster_status, system_information, the demonstration. Any thread.</summary>
public sealed class PeerBoard
{
    private readonly ConcurrentDictionary<NodeName, PeerStatus> _peers = new();

    public ImmutableArray<PeerStatus> All => [.. _peers.Values.OrderBy(status => status.Peer)];

    public PeerStatus? Find(NodeName peer) => _peers.GetValueOrDefault(peer);

    internal void Show(PeerStatus status) => _peers[status.Peer] = status;

    internal void Remove(NodeName peer) => _peers.TryRemove(peer, out _);
}
