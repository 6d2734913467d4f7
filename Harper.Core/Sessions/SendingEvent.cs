using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>What happens to a sending session.</summary>
public abstract record SendingEvent
{
    private SendingEvent()
    {
    }

    public sealed record FrameReceived(ControlFrame Frame) : SendingEvent;

    /// <summary>From whom all comes that is here and not in the log, on a socket that is open still.</summary>
    public sealed record SourcesChanged(ImmutableHashSet<NodeName> Peers) : SendingEvent;

    /// <summary>This database began or ended to be copied from another node.</summary>
    public sealed record OwnCopyChanged(bool Copying) : SendingEvent;

    /// <summary>The catalog changed; on <c>system</c> that of any database.</summary>
    public sealed record SchemaChanged(DatabaseName Database) : SendingEvent;

    /// <summary>On <c>system</c>: more of a database may go to the peer than before.</summary>
    public sealed record DatabaseOpened(DatabaseName Database) : SendingEvent;

    public sealed record FilterChanged(TableFilter Filter) : SendingEvent;

    /// <summary>The walk is over and all of it is on its way; the stream follows by itself.</summary>
    public sealed record CopySent : SendingEvent
    {
        public static readonly CopySent Instance = new();
    }

    /// <summary>The stream ended: the log has a gap, a frame could not be made, the socket failed.</summary>
    /// <param name="OwnSeen">Not null: the peer has own changes of this node up to there which its log does not have (rule 16).</param>
    public sealed record StreamBroken(string Reason, double? OwnSeen = null) : SendingEvent;

    /// <summary>What the writer says of the peer's claim.</summary>
    /// <param name="Reason">What had led to the claim.</param>
    /// <param name="Refusal">Why it is not believed; null: it is.</param>
    /// <param name="Changed">It was news.</param>
    public sealed record ClaimJudged(string Reason, string? Refusal, bool Changed = true) : SendingEvent
    {
        public static ClaimJudged Of(string reason, CommitResult result) => new(reason, (result as CommitResult.Rejected)?.Message, result is CommitResult.Applied { Changed: true });
    }

    /// <summary>Somebody wants all of the database sent to the peer, whatever it asks for.</summary>
    public sealed record CopyAsked : SendingEvent
    {
        public static readonly CopyAsked Instance = new();
    }

    public sealed record Tick : SendingEvent
    {
        public static readonly Tick Instance = new();
    }
}
