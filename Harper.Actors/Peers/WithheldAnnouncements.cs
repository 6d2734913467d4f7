using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Sessions;
using Harper.Core.Wire.Control;

namespace Harper.Actors.Peers;

/// <summary>
/// What a peer announced on <c>system</c> and may not be taken from it. Both ends of a link open by themselves, and the peer, which opened first, does not say it again: it is looked
/// at anew when this end may have opened. Bounded.
/// </summary>
internal sealed class WithheldAnnouncements
{
    /// <summary>In all databases together; a table counts as one attribute more than it has.</summary>
    public const int MostAttributes = 100_000;

    private readonly Dictionary<DatabaseName, (ImmutableArray<AnnouncedTable> Tables, int Attributes)> _tables = [];
    private int _attributes;

    /// <summary>In place of what was kept of the database. False: there is no room, and nothing of it is kept.</summary>
    public bool Keep(DatabaseName database, IEnumerable<AnnouncedTable> tables)
    {
        if (_tables.Remove(database, out var before)) _attributes -= before.Attributes;
        ImmutableArray<AnnouncedTable> kept = [.. tables];
        if (kept.IsEmpty) return true;
        var attributes = kept.Sum(table => 1 + table.Attributes.Length);
        if (_attributes + attributes > MostAttributes) return false;
        _attributes += attributes;
        _tables.Add(database, (kept, attributes));
        return true;
    }

    /// <summary>Everything that is kept, which then is no more.</summary>
    public ImmutableArray<ReceivingEffect.EnsureElsewhere> Take()
    {
        ImmutableArray<ReceivingEffect.EnsureElsewhere> all = [.. _tables.Select(kept => new ReceivingEffect.EnsureElsewhere(kept.Key, kept.Value.Tables))];
        _tables.Clear();
        _attributes = 0;
        return all;
    }
}
