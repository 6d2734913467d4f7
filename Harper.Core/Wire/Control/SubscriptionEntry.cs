using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Keys;

namespace Harper.Core.Wire.Control;

/// <summary>One origin that a dialler asks for. The first entry is normally the acceptor itself; its table filter holds for all.</summary>
/// <param name="ReplicateByDefault">True: <paramref name="Tables"/> are excluded. False: only they are sent.</param>
/// <param name="StartTime">To originals a position in the sender's log, strictly after which is sent; 0: copy first. Between ours the
/// version of that origin up to which everything is here (rule 12).</param>
public sealed record SubscriptionEntry(
    NodeName Name, double StartTime, bool ReplicateByDefault = true, ImmutableArray<TableName> Tables = default,
    bool? IsLeader = null, double? EndTime = null, CopyResume? CopyResume = null)
{
    public ImmutableArray<TableName> Tables { get; init; } = Tables.IsDefault ? [] : Tables;
}

/// <summary>v5 and ours: where a copy that was cut continues.</summary>
/// <param name="After">The last key merged in that table; null before its first.</param>
public sealed record CopyResume(double StartTime, TableName? Table, RecordKey? After, int OrderVersion)
{
    /// <summary>Ours: only rows that changed after this time (R-SYN-05).</summary>
    public double? Since { get; init; }

    /// <summary>
    /// Ours: only these tables, and those that the source knows to be new to the peer, because the others are followed already (rule 20). The stream goes on from the start
    /// times of the request, not from where the copy began. Null: all.
    /// </summary>
    public Membership.TableFilter? Only { get; init; }

    /// <summary>Ours: which request for a copy this is, of those on the connection, from 1; the beginning of the copy says it again.</summary>
    public int? Number { get; init; }
}
