using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>The next state of a receiving session and what it wants done.</summary>
public readonly record struct ReceivingStep(ReceivingState State, ImmutableArray<ReceivingEffect> Effects);

/// <summary>
/// One socket that we dialled, from open to closed, as a pure state machine: what to ask for, what to hand to the writer, what to confirm,
/// when to end. See <see cref="ReceivingPhase"/> for its states.
/// </summary>
public sealed record ReceivingState
{
    public required ReceivingContext Context { get; init; }

    public ReceivingPhase Phase { get; init; }

    public PeerKind Kind { get; init; }

    /// <summary>What the peer announced of itself; null from originals.</summary>
    public PeerAnnouncement? Theirs { get; init; }

    /// <summary>What a v5 node announced of itself.</summary>
    public V5Capabilities? V5 { get; init; }

    /// <summary>The id that must stand in the answer to the last request, where the peer promised that it will; empty: any answer counts.</summary>
    public ReadOnlyMemory<byte> AwaitedSetup { get; init; }

    /// <summary>How many requests had such an id.</summary>
    public int Setups { get; init; }

    public ImmutableHashSet<NodeName> Direct { get; init; } = [];

    /// <summary>Names in the last 141.</summary>
    public ImmutableHashSet<NodeName> Mapped { get; init; } = [];

    /// <summary>Nodes whose changes of this database shall come here.</summary>
    public ImmutableHashSet<NodeName> Members { get; init; } = [];

    /// <summary>Since when there are nodes that do not come directly and are not asked for here.</summary>
    public double? RelayWantedSince { get; init; }

    /// <summary>The tables that the last request left out because they are local here.</summary>
    public TableFilter OwnTables { get; init; } = TableFilter.None;

    /// <summary>What the peer said last of what passes.</summary>
    public PassingTables Passing { get; init; } = PassingTables.All;

    /// <summary>When it was last looked whether the peer has tables of an origin that are lacking here, and how often nothing came of it.</summary>
    public (double At, int Vain) LackingSought { get; init; }

    /// <summary>What the last request named.</summary>
    public ImmutableArray<NodeName> Origins { get; init; } = [];

    /// <summary>Nodes that the last request excluded.</summary>
    public ImmutableHashSet<NodeName> Excluded { get; init; } = [];

    /// <summary>Something was asked for on this socket; before that nothing is taken.</summary>
    public bool HasRequested { get; init; }

    /// <summary>Origins of which the peer passed on what it cannot have: not asked of it any more.</summary>
    public ImmutableHashSet<NodeName> Distrusted { get; init; } = [];

    /// <summary>Origins whose unasked changes the log has spoken of.</summary>
    public ImmutableHashSet<NodeName> Reported { get; init; } = [];

    /// <summary>Transactions that came in somebody's name and were not taken.</summary>
    public long Disbelieved { get; init; }

    /// <summary>The copy as of what was handed to the writer; null when none runs on this session.</summary>
    public CopyCursor? Copy { get; init; }

    /// <summary>Where the copy stood some seconds ago, and how many rows the source has: for progress.</summary>
    public CopyMeasure? CopyMeasure { get; init; }

    /// <summary>The row that the last message of the copy ended with: whole only once another follows it.</summary>
    public (TableName Table, RecordKey Key)? LastCopied { get; init; }

    /// <summary>Bytes of copied rows that this connection received, those of copies that were cut among them.</summary>
    public long CopiedBytes { get; init; }

    /// <summary>What a copy that is resumed goes on from; compared with the CopyStart that answers.</summary>
    public CopyCursor? ResumedFrom { get; init; }

    /// <summary>A copy is wanted although positions do not ask for one: a resync, a wider filter, a log that does not reach back.</summary>
    public bool CopyWanted { get; init; }

    /// <summary>It is wanted for tables that are new to this node, and for nothing else: these were taken before. Null: it is wanted for another reason.</summary>
    public TableFilter? WidenedFrom { get; init; }

    /// <summary>It was asked for by hand: all of it, whatever earlier copies left out.</summary>
    public bool ResyncWanted { get; init; }

    /// <summary>What the copy that was asked for leaves out.</summary>
    public double? Since { get; init; }

    /// <summary>Of the last request for a copy: what begins without it was asked for earlier, or not at all.</summary>
    public int CopyNumber { get; init; }

    /// <summary>The last request asked for a copy, with the coordinator's leave.</summary>
    public bool CopyTurn { get; init; }

    /// <summary>The end of the copy is handed to the writer and not yet durable.</summary>
    public bool CopyEnding { get; init; }

    /// <summary>Copies that came to their end on this session.</summary>
    public int CopiesCompleted { get; init; }

    /// <summary>The peer's position up to which its log must be applied before whole transactions are claimed (rule 23); as stored, null: nothing is lacking.</summary>
    public double? CatchUpTo { get; init; }

    /// <summary>What the writer was told to be reached.</summary>
    public double? SaidCaughtUp { get; init; }

    /// <summary>Requests of the handshake that are not yet answered: what the peer said of own changes is stored when it is 0. Originals say it with their answer.</summary>
    public int? HandshakeLeft { get; init; }

    /// <summary>The peer was asked whether it has own changes that are lost here, and what it said is stored (rule 16).</summary>
    public bool OwnWritesAsked => HandshakeLeft <= 0 && (Kind != PeerKind.Original4 || (Phase is ReceivingPhase.Streaming or ReceivingPhase.Copying && OwnWritesAskedAt is null));

    /// <summary>When an original was asked for own writes that are lost here; null when it was not, or has had its time to begin to send them: it says neither how many it has nor that it has none.</summary>
    public double? OwnWritesAskedAt { get; init; }

    /// <summary>Requests handed to the writer and not yet answered.</summary>
    public int Pending { get; init; }

    public long PendingBytes { get; init; }

    public double? Confirmed { get; init; }

    public double LastReceived { get; init; }

    public double? LastReceivedAt { get; init; }

    public bool LastWasRecord { get; init; }

    /// <summary>The peer said that there was nothing more to send: whatever it sends next is new.</summary>
    public bool Drained { get; init; }

    /// <summary>When something moved last: a message arrived or a commit was answered.</summary>
    public double ProgressAt { get; init; }

    public bool MadeProgress { get; init; }

    /// <summary>An original that said its name without a table: the database was not there yet. A copy asked for on this socket would be empty, whatever it holds by then.</summary>
    public bool WasEmpty { get; init; }

    /// <summary>The tables of the database that an original said it has, passing or not: a request for a copy names those that it is not for.</summary>
    public ImmutableHashSet<TableName> TheirTables { get; init; } = [];

    /// <summary>An original's copy was finished on this socket. It may state no position for long: what follows is asked from its log, not as another copy.</summary>
    public bool HasCopied { get; init; }

    /// <summary>When an original was asked for the time, by our clock; null when it was not, or has answered.</summary>
    public double? ClockAskedAt { get; init; }

    /// <summary>What an original's clock said when the copy that runs was asked for.</summary>
    public double? ClockAtCopy { get; init; }

    /// <summary>How often the request was repeated because of an unknown name, in a row (rule 19).</summary>
    public int Repeats { get; init; }

    public long Transactions { get; init; }

    public long Records { get; init; }

    public long Dropped { get; init; }

    public long Quarantined { get; init; }

    /// <summary>Blobs of originals whose content has begun to come, and that no record was set aside with yet.</summary>
    public ImmutableDictionary<string, BlobProgress> Blobs { get; init; } = ImmutableDictionary<string, BlobProgress>.Empty;

    /// <summary>When the last piece of any came.</summary>
    public double BlobAt { get; init; }

    public ImmutableList<AwaitingBlobs> Awaiting { get; init; } = [];

    /// <summary>The position to be stored and confirmed when nothing waits for blobs any more.</summary>
    public double? Withheld { get; init; }

    public SessionClose? End { get; init; }

    public bool IsOurs => Kind == PeerKind.Ours;

    /// <summary>The peer is one of ours and has no such database: nothing is asked for. A copy of nothing would only keep this node from serving others; the peer
    /// closes the socket when the database appears there, and it is dialled anew.</summary>
    public bool IsAbsentThere => Theirs is { } theirs && theirs.Incarnation == Guid.Empty;

    /// <summary>A write made at the peer now would come now.</summary>
    public bool IsFlowing => Phase == ReceivingPhase.Streaming && CatchUpTo is null;

    public static ReceivingState Start(ReceivingContext context) => new() { Context = context, Passing = PassingTables.All.Taking(context.Filter) };

    public ReceivingStep On(ReceivingEvent happened, in SessionMoment moment)
    {
        if (Phase == ReceivingPhase.Ended) return new ReceivingStep(this, []);
        var step = new ReceivingSteps(this, moment);
        switch (happened)
        {
            case ReceivingEvent.Opened: ReceivingHandshake.Opened(step); break;
            case ReceivingEvent.FrameReceived received: ReceivingFrames.On(step, received.Frame); break;
            case ReceivingEvent.DataReceived data: ReceivingData.On(step, data.Transactions, data.Bytes); break;
            case ReceivingEvent.Undecodable undecodable: ReceivingTurns.OnUndecodable(step, undecodable); break;
            case ReceivingEvent.Applied applied: ReceivingData.OnApplied(step, applied.Batch); break;
            case ReceivingEvent.TurnGiven turn: ReceivingTurns.OnTurn(step, turn.Copy); break;
            case ReceivingEvent.Yield: ReceivingTurns.OnYield(step); break;
            case ReceivingEvent.AskAgain: ReceivingTurns.OnAskAgain(step); break;
            case ReceivingEvent.DirectChanged direct: ReceivingTurns.OnDirect(step, direct.Others); break;
            case ReceivingEvent.MembersChanged members: step.State = step.State with { Members = members.Members }; break;
            case ReceivingEvent.FilterChanged filter: ReceivingTurns.OnFilter(step, filter.Filter); break;
            case ReceivingEvent.ResyncAsked: ReceivingTurns.Resync(step); break;
            case ReceivingEvent.Tick: ReceivingTurns.OnTick(step); break;
        }

        return step.Done();
    }
}

/// <summary>A step being made: the state so far and the effects so far.</summary>
internal sealed class ReceivingSteps(ReceivingState state, SessionMoment moment)
{
    private readonly ImmutableArray<ReceivingEffect>.Builder _effects = ImmutableArray.CreateBuilder<ReceivingEffect>();

    public ReceivingState State { get; set; } = state;

    public SessionMoment Moment { get; } = moment;

    public ReceivingContext Context => State.Context;

    public ReceivingStep Done() => new(State, _effects.DrainToImmutable());

    public void Add(ReceivingEffect effect) => _effects.Add(effect);

    public void Send(ControlFrame frame) => Add(new ReceivingEffect.Send(frame));

    public void Apply(CommitRequest? request, double? position, long bytes = 0)
    {
        State = State with { Pending = State.Pending + 1, PendingBytes = State.PendingBytes + bytes };
        Add(new ReceivingEffect.Apply(request is null ? null : request with { Bytes = bytes }, position, bytes));
    }

    public void Alarm(string text) => Add(new ReceivingEffect.Alarm(text));

    public void Close(SessionClose close)
    {
        if (close.Disconnect) Send(ControlFrame.Disconnect.Instance);
        State = State with { Phase = ReceivingPhase.Ended, End = close };
        Add(new ReceivingEffect.Close(close));
    }
}
