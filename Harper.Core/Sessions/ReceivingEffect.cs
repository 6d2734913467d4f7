using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Schema;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>What a receiving session wants done, in order.</summary>
public abstract record ReceivingEffect
{
    private ReceivingEffect()
    {
    }

    public sealed record Send(ControlFrame Frame) : ReceivingEffect;

    /// <summary>Hand to the writer after everything before it, and answer with <see cref="ReceivingEvent.Applied"/>.</summary>
    /// <param name="Request">Null: nothing to commit, only a position that is durable once everything before it is.</param>
    /// <param name="Position">Of the peer's log; to be confirmed once durable.</param>
    public sealed record Apply(CommitRequest? Request, double? Position, long Bytes) : ReceivingEffect;

    /// <summary>Announced for another database than the session's (on <c>system</c>): make it if it replicates and is not here.</summary>
    public sealed record EnsureElsewhere(DatabaseName Database, ImmutableArray<AnnouncedTable> Tables) : ReceivingEffect;

    /// <summary>To the coordinator: this session is ready for its turn.</summary>
    public sealed record AskTurn(bool Copy) : ReceivingEffect;

    /// <summary>To the coordinator: the source does not answer, perhaps because it is being copied to itself; let another session try.</summary>
    public sealed record PassTurn : ReceivingEffect
    {
        public static readonly PassTurn Instance = new();
    }

    /// <summary>To the coordinator: the copy of this session is durable to its end.</summary>
    public sealed record CopyEnded : ReceivingEffect
    {
        public static readonly CopyEnded Instance = new();
    }

    public sealed record RunOperation(ControlFrame.OperationRequest Request) : ReceivingEffect;

    /// <summary>For the log, once.</summary>
    public sealed record Alarm(string Text) : ReceivingEffect;

    public sealed record Close(SessionClose Reason) : ReceivingEffect;
}
