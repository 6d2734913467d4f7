using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;

namespace Harper.Core.Sessions;

/// <summary>What happens to a receiving session.</summary>
public abstract record ReceivingEvent
{
    private ReceivingEvent()
    {
    }

    /// <summary>The socket that we dialled is open.</summary>
    public sealed record Opened : ReceivingEvent
    {
        public static readonly Opened Instance = new();
    }

    public sealed record FrameReceived(ControlFrame Frame) : ReceivingEvent;

    /// <summary>Data messages, decoded, in order.</summary>
    /// <param name="Bytes">As they arrived: what the budgets count.</param>
    public sealed record DataReceived(ImmutableArray<ReceivedTransaction> Transactions, long Bytes) : ReceivingEvent;

    /// <summary>A message that could not be decoded; nothing of it was taken.</summary>
    public sealed record Undecodable(FrameErrorCode Code, string Message) : ReceivingEvent;

    /// <summary>Requests of this session were answered, in the order in which they were asked for.</summary>
    public sealed record Applied(AppliedBatch Batch) : ReceivingEvent;

    /// <summary>The coordinator's leave: to stream, or to copy. Given for what the session said it wanted.</summary>
    public sealed record TurnGiven(bool Copy) : ReceivingEvent;

    /// <summary>Another session copies: take nothing meanwhile.</summary>
    public sealed record Yield : ReceivingEvent
    {
        public static readonly Yield Instance = new();
    }

    /// <summary>The copy that others waited for has ended, well or not: say anew what is wanted.</summary>
    public sealed record AskAgain : ReceivingEvent
    {
        public static readonly AskAgain Instance = new();
    }

    /// <summary>Other peers whose own changes come directly (rule 12).</summary>
    public sealed record DirectChanged(ImmutableHashSet<NodeName> Others) : ReceivingEvent;

    /// <summary>All nodes whose changes of this database shall come here, reachable or not (rule 18).</summary>
    public sealed record MembersChanged(ImmutableHashSet<NodeName> Members) : ReceivingEvent;

    public sealed record FilterChanged(TableFilter Filter) : ReceivingEvent;

    /// <summary>Copy by merging, whatever is here (rule 23).</summary>
    public sealed record ResyncAsked : ReceivingEvent
    {
        public static readonly ResyncAsked Instance = new();
    }

    public sealed record Tick : ReceivingEvent
    {
        public static readonly Tick Instance = new();
    }
}
