using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Wire.Control;

namespace Harper.Core.Wire.Dictionaries;

/// <summary>
/// The short ids of origins on one connection: this node is 0, others get the next number and keep it. An id may only be used once it stood
/// in a 141 that was sent: a 4.7 node takes changes with an id it does not know for its own (rule 19).
/// </summary>
public sealed class OutgoingOrigins
{
    private readonly Dictionary<NodeName, int> _ids = [];
    private int _sent;
    private ImmutableArray<NodeName> _subscribed = [];
    private TableFilter? _offered;
    private ReplicationPositions? _positions;
    private (NodeName Name, int Id) _last;

    public OutgoingOrigins(NodeName self)
    {
        _ids.Add(self, 0);
        _last = (self, 0);
    }

    /// <summary>What every map says from here on. False: it does already.</summary>
    public bool Offer(TableFilter offered, ReplicationPositions positions)
    {
        var before = (Offered: _offered, Positions: _positions);
        (_offered, _positions) = (offered == TableFilter.All ? null : offered, positions);
        return _offered != before.Offered || !ReferenceEquals(positions.Covers, before.Positions?.Covers) || !ReferenceEquals(positions.Parts, before.Positions?.Parts);
    }

    /// <summary>Gives the origin an id; it may be used after the next 141.</summary>
    public void Add(NodeName origin)
    {
        if (!_ids.ContainsKey(origin)) _ids.Add(origin, _ids.Count);
    }

    /// <summary>True when the origin's id stood in the last 141.</summary>
    public bool IsAnnounced(NodeName origin) => _ids.TryGetValue(origin, out var id) && id < _sent;

    /// <summary>The 141 to be sent now. From here on its ids may be used.</summary>
    public ControlFrame.NodeNameToIdMap Map(ImmutableArray<NodeName> subscribed)
    {
        _subscribed = subscribed;
        _sent = _ids.Count;
        var map = new ControlFrame.NodeNameToIdMap(_ids.ToImmutableDictionary(), subscribed);
        return _positions is not { } here ? map : map with { Offered = _offered, Covers = here.Covers, Parts = _offered is { } offered ? here.Parts.Within(offered.Allows) : here.Parts, Through = here.Through };
    }

    /// <summary>The 141 again, with what was added since.</summary>
    public ControlFrame.NodeNameToIdMap Map() => Map(_subscribed);

    /// <exception cref="FrameError">NotAnnounced: no 141 on this connection had it.</exception>
    public int IdOf(NodeName origin)
    {
        if (_last.Id < _sent && _last.Name == origin) return _last.Id;
        if (!_ids.TryGetValue(origin, out var id) || id >= _sent)
            throw new FrameError(FrameErrorCode.NotAnnounced, $"origin {origin} was not in the last map of origins sent on this connection");
        _last = (origin, id);
        return id;
    }
}
