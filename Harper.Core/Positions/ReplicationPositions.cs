using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;

namespace Harper.Core.Positions;

/// <summary>Where a copy stands: stored with every chunk, so that a copy that was cut goes on where it stopped (rule 21).</summary>
/// <param name="Source">The node copied from.</param>
/// <param name="SourceIncarnation">Of the source's database; Guid.Empty when the source is an original.</param>
/// <param name="Vector">The source's <c>through</c> at the moment the copy began; for an original empty.</param>
/// <param name="StartPosition">The source's position at that moment.</param>
/// <param name="Table">The table being copied; null before the first.</param>
/// <param name="After">The last key merged in that table.</param>
/// <param name="Rows">Rows merged so far, for progress.</param>
/// <param name="Merging">True: the database held data before, or this is a resync; false: a first copy.</param>
public sealed record CopyCursor(
    NodeName Source, Guid SourceIncarnation, ImmutableDictionary<NodeName, double> Vector, double StartPosition,
    TableName? Table, RecordKey After, long Rows, long Bytes, bool Merging)
{
    /// <summary>Only rows that changed after this time are copied (R-SYN-05); null: all.</summary>
    public double? Since { get; init; }

    /// <summary>What is copied. Under a wider one the copy does not go on but begins again (rule 20).</summary>
    public TableFilter Filter { get; init; } = TableFilter.All;

    /// <summary>Only tables that were not taken before are copied: positions stay those of the others (rule 20). It does not go on when it is cut, since its rows are few.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Of a partial one, these. It is not stored, because such a copy does not go on.</summary>
    public TableFilter Only { get; init; } = TableFilter.None;

    /// <summary>Origin → the tables of which the source has all changes up to the vector; absent: all.</summary>
    public ImmutableDictionary<NodeName, TableFilter> Covers { get; init; } = ImmutableDictionary<NodeName, TableFilter>.Empty;

    /// <summary>How far the source itself has the tables that are not whole there. It is not stored: another source may not have that much.</summary>
    public ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> Parts { get; init; } = OriginParts.None;

    /// <summary>A peer said meanwhile that own changes are lost here: what it has of them may not be in rows that came before. It is not stored: a restart asks everybody anew.</summary>
    public bool IsBehindClaim { get; init; }

    /// <summary>The tables whose rows come.</summary>
    public TableFilter Copied => IsPartial ? Filter.And(Only) : Filter;

    /// <summary>The tables of which it brings all that the origin changed up to the vector.</summary>
    public TableFilter Brought(NodeName origin) => Copied.And(Covers.GetValueOrDefault(origin, TableFilter.All));
}

/// <summary>
/// What is still to come after the rows of a copy: until the log up to the source's head at its end is applied, the rows are those of no single moment (rule 23).
/// </summary>
/// <param name="Head">The source's position when it had read the last row.</param>
/// <param name="Vector">The source's <c>through</c> of that moment: reached, it does not matter any more whether the source can still be asked. Empty: it says too
/// little, because the source takes changes of originals, which are in no order.</param>
public sealed record CopyRest(NodeName Source, double Head, ImmutableDictionary<NodeName, double> Vector)
{
    /// <param name="self">Own changes are here, whatever the source has of them.</param>
    public bool IsReachedBy(ImmutableDictionary<NodeName, double> through, NodeName self) =>
        !Vector.IsEmpty && Vector.All(wanted => wanted.Key == self || through.GetValueOrDefault(wanted.Key) >= wanted.Value);
}

/// <summary>A place in an original's log (rule 14): stored per issuer, with a checksum; unreadable means copy once and alarm.</summary>
public sealed record IssuerCursor(NodeName Issuer, double Position);

/// <summary>
/// What this database knows of where it stands, as of one commit. It moves only in the batch that holds the data it speaks of
/// (invariant 2). The own origin is in <see cref="Through"/> too, with the version of the last local write.
/// </summary>
public sealed record ReplicationPositions
{
    /// <summary>Changes when the database is made anew or set back; a vector of another incarnation is void (rule 17).</summary>
    public required Guid Incarnation { get; init; }

    /// <summary>The database's clock: position of the newest log entry (rule 8).</summary>
    public required double Head { get; init; }

    /// <summary>Origin → version up to which all of its changes are here (rule 12).</summary>
    public ImmutableDictionary<NodeName, double> Through { get; init; } = ImmutableDictionary<NodeName, double>.Empty;

    /// <summary>
    /// Origin → the tables of which all its changes up to <see cref="Through"/> are here; absent: all. It is less where they came through a narrower filter, of this node or of one that
    /// they came by (rules 12, 20).
    /// </summary>
    public ImmutableDictionary<NodeName, TableFilter> Covers { get; init; } = ImmutableDictionary<NodeName, TableFilter>.Empty;

    /// <summary>How far tables of an origin are here that are not among <see cref="Covers"/>.</summary>
    public ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> Parts { get; init; } = OriginParts.None;

    /// <summary>
    /// Origin → the highest version of it that came with rows, ahead of <see cref="Through"/>: should the origin lose it, only this tells (rule 16).
    /// </summary>
    public ImmutableDictionary<NodeName, double> Seen { get; init; } = ImmutableDictionary<NodeName, double>.Empty;

    /// <summary>Origin → version before its oldest transaction that waits in quarantine for its time (rule 24). Not yet in the rows.</summary>
    public ImmutableDictionary<NodeName, double> HeldBack { get; init; } = ImmutableDictionary<NodeName, double>.Empty;

    /// <summary>What a copy of the rows brings with it: <see cref="Through"/>, less what waits in quarantine. The vector of COPY_START (rule 21).</summary>
    public ImmutableDictionary<NodeName, double> CopyVector => HeldBack.IsEmpty ? Through : Through.SetItems(HeldBack);

    /// <summary>Origin → version up to which this log is not complete (rule 13).</summary>
    public ImmutableDictionary<NodeName, double> Floor { get; init; } = ImmutableDictionary<NodeName, double>.Empty;

    /// <summary>Positions in the logs of originals, by issuer (rule 14).</summary>
    public ImmutableDictionary<NodeName, double> Cursors { get; init; } = ImmutableDictionary<NodeName, double>.Empty;

    /// <summary>Peer → the highest position of this log that it confirmed (144, rule 15).</summary>
    public ImmutableDictionary<NodeName, double> Confirmed { get; init; } = ImmutableDictionary<NodeName, double>.Empty;

    /// <summary>Peer → the incarnation of its database when we last spoke.</summary>
    public ImmutableDictionary<NodeName, Guid> PeerIncarnations { get; init; } = ImmutableDictionary<NodeName, Guid>.Empty;

    /// <summary>Peer → the tables that were taken from it up to where it was read; absent: all. Under a wider filter a position promises too much (rule 20).</summary>
    public ImmutableDictionary<NodeName, TableFilter> Taken { get; init; } = ImmutableDictionary<NodeName, TableFilter>.Empty;

    /// <summary>Peer → the tables that were offered to it up to what it confirmed; absent: all.</summary>
    public ImmutableDictionary<NodeName, TableFilter> Given { get; init; } = ImmutableDictionary<NodeName, TableFilter>.Empty;

    /// <summary>The copy under way, or null.</summary>
    public CopyCursor? Copy { get; init; }

    /// <summary>What the last copy still lacks (rule 23); null: whole transactions and no halves are here.</summary>
    public CopyRest? Rest { get; init; }

    /// <summary>True once the database has been copied, written to or started alone: a joiner without it asks for a copy (rule 13).</summary>
    public bool HasHistory { get; init; }

    /// <summary>The first copy left out what is not newer than this (R-SYN-05); null: nothing was left out.</summary>
    public double? Since { get; init; }

    public TableFilter CoveredOf(NodeName origin) => Covers.GetValueOrDefault(origin, TableFilter.All);

    /// <summary>What is taken from the peer now goes beyond what its position speaks of: it is copied first (rule 20).</summary>
    public bool TakesMore(NodeName peer, TableFilter now) => Taken.TryGetValue(peer, out var before) && !before.Includes(now);

    /// <summary>The same in the other direction.</summary>
    public bool GivesMore(NodeName peer, TableFilter now) => Given.TryGetValue(peer, out var before) && !before.Includes(now);
}
