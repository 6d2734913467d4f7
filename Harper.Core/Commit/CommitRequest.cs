using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;

namespace Harper.Core.Commit;

/// <summary>One thing to be committed. Whole: everything in it is in the batch, or nothing.</summary>
public abstract record CommitRequest
{
    /// <summary>Encoded size, which the bounds count: the group's, the queue's and the connection's budget.</summary>
    public long Bytes { get; init; }

    /// <summary>Writes of a client of this node. Answered by <see cref="CommitResult.Written"/>.</summary>
    public sealed record Local(ImmutableArray<LocalWrite> Writes, string? User) : CommitRequest;

    /// <summary>A transaction that arrived in a stream.</summary>
    /// <param name="Previous">Version of the origin's transaction before this one, as its log states it; null from originals. A gap against
    /// <c>through</c> rejects with <see cref="CommitRejection.Gap"/> (rule 17).</param>
    /// <param name="Via">The peer whose stream it came in.</param>
    /// <param name="FromOriginal">True: the stream is an original's; duplicates are found by row stamp, not by <c>through</c>.</param>
    /// <param name="IssuerPosition">In-band position after this transaction when the peer is an original: becomes its cursor.</param>
    public sealed record Remote(
        Transaction Transaction, double? Previous, NodeName Via, bool FromOriginal, double? IssuerPosition) : CommitRequest
    {
        /// <summary>What passed of the origin's changes on the way here (rule 20); null: all.</summary>
        public TableFilter? Under { get; init; }
    }

    /// <summary>Rows of a base copy, merged by their true stamps, not logged (rules 9, 21, 22). Empty when only the cursor moves.</summary>
    public sealed record CopyChunk(ImmutableArray<CopiedChange> Changes, CopyCursor Cursor) : CommitRequest;

    /// <summary>Rows of a peer that were found to differ from ours: merged like those of a copy, without one (rule 28).</summary>
    public sealed record MergeRows(ImmutableArray<CopiedChange> Changes, NodeName From) : CommitRequest;

    /// <summary>The copy is complete: through and floor rise to its vector, the cursor goes (rule 21).</summary>
    public sealed record CopyComplete(CopyCursor Cursor, double? IssuerPosition) : CommitRequest
    {
        /// <summary>What the source's log holds beyond the rows (rule 23); null: originals do not say.</summary>
        public CopyRest? Rest { get; init; }
    }

    /// <summary>Positions without data: cursor moves from 143, confirmations from 144, incarnations of peers.</summary>
    public sealed record Positions(ImmutableArray<PositionUpdate> Updates) : CommitRequest;

    /// <summary>A transaction that cannot be applied, kept whole beside the rows (rule 24). Moves the cursor or <c>through</c> all the same.</summary>
    public sealed record Quarantine(Transaction Transaction, NodeName Via, string Reason, double? IssuerPosition, double? ReleaseAt) : CommitRequest
    {
        /// <summary>As in <see cref="Remote"/>.</summary>
        public double? Previous { get; init; }

        /// <summary>As in <see cref="Remote"/>.</summary>
        public bool FromOriginal { get; init; }

        /// <summary>As in <see cref="Remote"/>.</summary>
        public TableFilter? Under { get; init; }

        /// <summary>A row of a copy: nothing follows from it for the log and the positions.</summary>
        public bool Copied { get; init; }

        /// <summary>Files of blobs that its values speak of, whose content came from <see cref="Via"/>: it is kept with the transaction.</summary>
        public IReadOnlyList<string>? BlobFiles { get; init; }

        /// <summary>What each change is, for nodes of ours that take it from here; default: they cannot be told, and get stubs.</summary>
        public ImmutableArray<HeldKind> Kinds { get; init; }
    }

    /// <summary>Content of a blob from an original: kept under the original's name for it until the record that speaks of it is set aside.</summary>
    public sealed record LooseBlob(NodeName Via, BlobPiece Piece) : CommitRequest;

    /// <summary>What is left of blobs that an earlier connection to the peer began: it sends them again.</summary>
    public sealed record DropLooseBlobs(NodeName Via) : CommitRequest;

    /// <summary>Content of a blob from one of ours: before the transaction that speaks of it.</summary>
    public sealed record HeldBlob(BlobPiece Piece) : CommitRequest;

    /// <summary>What was set aside at the source of a copy.</summary>
    public sealed record Held(HeldTransaction Transaction, NodeName Via) : CommitRequest;

    public sealed record Schema(ImmutableArray<SchemaEdit> Edits) : CommitRequest;

    /// <summary>
    /// Own changes found missing here (rule 16): raise the clock above <paramref name="Seen"/>, take a new incarnation, set the own floor there, and copy
    /// from the peer that has them. Nothing happens when the log has a local write of that very version: then the peer is merely behind.
    /// </summary>
    /// <param name="At">The peer that has them; null: they come by themselves.</param>
    public sealed record OwnWritesAhead(double Seen, NodeName? At) : CommitRequest
    {
        /// <summary>Who says so, where nothing is copied from it.</summary>
        public NodeName? Claimant { get; init; } = At;
    }

    /// <summary>Whoever could be asked has given the own changes back: what is here is as complete as it will ever be (rule 16).</summary>
    public sealed record OwnWritesBack : CommitRequest;

    /// <summary>Forget a node that was removed: its cursor, confirmation and incarnation. Its changes and stamps stay.</summary>
    public sealed record ForgetPeer(NodeName Peer) : CommitRequest;

    /// <summary>Removes log entries at or below a position and raises the floor (rule 13).</summary>
    public sealed record TrimLog(double UpTo) : CommitRequest;

    /// <summary>Removes tombstones at or below a version that every member has confirmed, and folds counters there (rules 4, 25).</summary>
    public sealed record Settle(double UpTo) : CommitRequest;

    /// <summary>Turns rows that expired into local tombstones, at most <paramref name="MaxRows"/> at a time (rule 10).</summary>
    public sealed record Evict(TableName Table, int MaxRows) : CommitRequest;

    /// <summary>
    /// Deletes rows on this node alone (R-NRP-10), each only as long as it is what its stamp says: as <see cref="Evict"/> does, without a word to the log. The table is thinned from then on.
    /// </summary>
    public sealed record DeleteHere(TableName Table, ImmutableArray<(RecordKey Key, Stamp Stamp)> Rows) : CommitRequest;

    /// <summary>Releases quarantined transactions whose time has come, in version order (rule 24).</summary>
    public sealed record ReleaseQuarantine : CommitRequest;
}

/// <summary>One change of a copied row with its own stamp: the base first, then its patches, ascending (rule 22).</summary>
public readonly record struct CopiedChange(Change Change, Stamp Stamp);

/// <summary>A position that moves without data.</summary>
public abstract record PositionUpdate
{
    public sealed record Cursor(NodeName Issuer, double Position) : PositionUpdate;

    public sealed record Confirmed(NodeName Peer, double Position) : PositionUpdate;

    /// <summary>Of a peer of which none is known. What is known, or void, a copy alone replaces: the other socket may have made it void a moment before.</summary>
    public sealed record PeerIncarnation(NodeName Peer, Guid Incarnation) : PositionUpdate;

    /// <summary>From here on no more than these tables are taken from a peer: of what was taken, the others go.</summary>
    public sealed record TakesLess(NodeName Peer, TableFilter Filter) : PositionUpdate;

    /// <summary>The same of what is offered to a peer.</summary>
    public sealed record GivesLess(NodeName Peer, TableFilter Filter) : PositionUpdate;

    /// <summary>A peer has confirmed a copy of these tables.</summary>
    public sealed record Given(NodeName Peer, TableFilter Filter) : PositionUpdate;

    /// <summary>What is believed to be here of a peer cannot be true: nothing of it is sure, and no log has it up to that time.</summary>
    public sealed record Doubted(NodeName Peer, double UpTo) : PositionUpdate;

    /// <summary>The cursor of an issuer is void: unreadable, or of another incarnation. The next request copies.</summary>
    public sealed record DropCursor(NodeName Issuer) : PositionUpdate;

    /// <summary>The log up to where the copy's source stood at its end is applied (rule 23).</summary>
    public sealed record CaughtUp(NodeName Source, double Head) : PositionUpdate;

    /// <summary>Nothing of this database is older than the cluster it belongs to: no copy is needed (a first node).</summary>
    public sealed record MarkHistory : PositionUpdate;
}
