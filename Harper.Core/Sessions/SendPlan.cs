using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Core.Sessions;

/// <summary>What a sending session streams: which entries of the log, from where.</summary>
/// <param name="After">The log is read strictly after this position.</param>
/// <param name="Starts">Origin → where it starts: a version when <paramref name="ByVersion"/>, else a position of this log.</param>
/// <param name="ByVersion">Between ours: an origin's changes above a version (rule 12). Else: entries above a position.</param>
/// <param name="OnlyStarts">4.7: only origins that are named. Else every origin that is not excluded, from 0 when it is not named.</param>
/// <param name="Ends">Upper bounds by position, of entries that had one.</param>
public sealed record SendPlan(
    double After, ImmutableDictionary<NodeName, double> Starts, bool ByVersion, bool OnlyStarts, ImmutableHashSet<NodeName> Excluded,
    ImmutableDictionary<NodeName, double> Ends, TableFilter Filter)
{
    public bool Wants(NodeName origin) => !Excluded.Contains(origin) && (!OnlyStarts || Starts.ContainsKey(origin));
}

/// <summary>A base copy and the stream that follows it.</summary>
/// <param name="Start">Where the walk begins: after this key of this table.</param>
/// <param name="Vector">What the rows are complete up to, fixed before the walk (rule 21).</param>
/// <param name="StartPosition">Our position at that moment: what originals are told.</param>
/// <param name="Then">What is streamed after it.</param>
/// <param name="KeepAfter">The log is kept from here while the copy lives.</param>
public sealed record CopyPlan(
    CopyPlace Start, ImmutableDictionary<NodeName, double> Vector, double StartPosition, SendPlan Then, double KeepAfter)
{
    /// <summary>Of what is streamed afterwards only these tables are copied: the peer follows the others already (rule 20). Null: all.</summary>
    public TableFilter? Only { get; init; }

    /// <summary>The tables that are walked.</summary>
    public TableFilter Filter => Only ?? Then.Filter;

    /// <summary>The request that it answers (<see cref="Wire.Control.CopyResume.Number"/>); null: it is sent unasked.</summary>
    public int? Answers { get; init; }

    /// <summary>Rows whose last change is not newer are left out (R-SYN-05).</summary>
    public double Since { get; init; }
}

/// <summary>A place in the walk of a copy.</summary>
/// <param name="Table">Null: before the first.</param>
/// <param name="After">Rows after this key; null: from the table's first.</param>
public sealed record CopyPlace(TableName? Table, Keys.RecordKey? After)
{
    public static readonly CopyPlace Beginning = new(null, null);
}

/// <summary>What a request is answered with.</summary>
public abstract record SendAnswer
{
    private SendAnswer()
    {
    }

    public sealed record Stream(SendPlan Plan) : SendAnswer;

    /// <param name="Reason">For the log: a full copy is logged with why (D44).</param>
    public sealed record Copy(CopyPlan Plan, string Reason) : SendAnswer;

    /// <summary>One of ours has changes of ours that are above our own: they were lost here (rule 16).</summary>
    public sealed record OwnWritesAhead(double Seen) : SendAnswer;
}
