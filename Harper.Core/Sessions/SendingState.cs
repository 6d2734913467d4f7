using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>What a sending session is for.</summary>
/// <param name="Peer">Who dialled, as it was identified.</param>
/// <param name="Exists">False: there is no such database here; the peer is answered politely and sent nothing.</param>
/// <param name="Filter">What may be served; none: a request is refused.</param>
/// <param name="IsReplicated">False: the database is not in <c>replication.databases</c>.</param>
public sealed record SendingContext(
    NodeName Self, Guid NodeId, NodeName Peer, DatabaseName Database, bool Exists, bool IsReplicated, TableFilter Filter);

/// <summary>
/// Naming ──NODE_NAME──► Idle ──request──► Streaming or Copying ──CopySent──► Streaming; a request during an own copy waits; an empty
/// request leads back to Idle, everything can lead to Ended.
/// </summary>
public enum SendingPhase : byte
{
    Naming,

    /// <summary>Nothing was asked for.</summary>
    Idle,

    /// <summary>This database is being copied from elsewhere: it is served when that is done.</summary>
    Waiting,

    Copying,
    Streaming,

    /// <summary>A copy was sent, and then this database began to be copied itself: nothing more is served, only the peer's word that it has the copy is waited for.</summary>
    Confirming,

    /// <summary>The peer says that own changes are lost here: the writer has not decided yet.</summary>
    Judging,

    Ended,
}

/// <summary>The next state of a sending session and what it wants done.</summary>
public readonly record struct SendingStep(SendingState State, ImmutableArray<SendingEffect> Effects);

/// <summary>
/// One socket that a peer dialled, from its NODE_NAME to its close, as a pure state machine: what it may have, from where, and what it confirmed.
/// </summary>
public sealed record SendingState
{
    public required SendingContext Context { get; init; }

    public SendingPhase Phase { get; init; }

    public PeerKind Kind { get; init; }

    /// <summary>The name that it announced, which is its name in 4.7's confirmations and in its own log.</summary>
    public NodeName Named { get; init; }

    public PeerAnnouncement? Theirs { get; init; }

    /// <summary>Of the database, as it was announced.</summary>
    public Guid Incarnation { get; init; }

    /// <summary>The last request that asked for anything.</summary>
    public ControlFrame.SubscriptionRequest? Request { get; init; }

    public ImmutableArray<NodeName> Origins { get; init; } = [];

    /// <summary>
    /// An original that cannot reach a third node has a socket of its own, beside the one for this node's changes, for what we relay of it (W 10): what it confirms there says nothing
    /// of the rest.
    /// </summary>
    public bool IsRelay => Kind == PeerKind.Original4 && Request is not null && !Origins.Contains(Context.Self);

    /// <summary>An original that asks for listed tables alone, though more may go to it: the list is over, and it goes on asking by it until it is started again.</summary>
    public bool AsksByEndedList =>
        Kind == PeerKind.Original4 && Request is { Entries: [{ ReplicateByDefault: false }, ..] } request && !SendPlanner.Agreed(Context, request).Includes(Context.Filter);

    /// <summary>What is streamed now, or will be after the copy.</summary>
    public SendPlan? Serving { get; init; }

    /// <summary>Highest position that the peer confirmed.</summary>
    public double? Confirmed { get; init; }

    /// <summary>The same, as of what was stored: that happens with a tick, not with every confirmation.</summary>
    public double? ConfirmedStored { get; init; }

    public double? ConfirmedAt { get; init; }

    /// <summary>A copy of these tables is under way; once this position is confirmed the peer has them (rule 20).</summary>
    public (double Position, TableFilter Filter)? Giving { get; init; }

    /// <summary>What was offered on this connection at its narrowest, which may not be stored yet.</summary>
    public TableFilter Narrowed { get; init; } = TableFilter.All;

    /// <summary>Somebody wants all of the database sent, whatever the peer asks for; kept until it is served.</summary>
    public bool IsCopyAsked { get; init; }

    /// <summary>Who has all that is here and not in the log, beyond doubt, since it came from there.</summary>
    public ImmutableHashSet<NodeName> Sources { get; init; } = [];

    /// <summary>An own copy came to its end while this one was sent: what the peer was told of this node is less than it has.</summary>
    public bool GotMore { get; init; }

    /// <summary>
    /// Since when nothing that the peer asked for could be served, or a confirmation is waited for; null: neither. One that gives up and asks again has waited all the while: two that copy
    /// from a node that is gone for good would wait for each other for ever.
    /// </summary>
    public double? WaitingSince { get; init; }

    public SessionClose? End { get; init; }

    public static SendingState Start(SendingContext context) => new() { Context = context };

    public SendingStep On(SendingEvent happened, in SessionMoment? moment, double now)
    {
        if (Phase == SendingPhase.Ended) return new SendingStep(this, []);
        var step = new SendingSteps(this, moment, now);
        switch (happened)
        {
            case SendingEvent.FrameReceived received: SendingFrames.On(step, received.Frame); break;
            case SendingEvent.SourcesChanged sources: step.State = this with { Sources = sources.Peers }; break;
            case SendingEvent.OwnCopyChanged copy: SendingTurns.OnOwnCopy(step, copy.Copying); break;
            case SendingEvent.SchemaChanged schema: SendingTurns.OnSchema(step, schema.Database); break;
            case SendingEvent.DatabaseOpened opened: SendingTurns.OnOpened(step, opened.Database); break;
            case SendingEvent.FilterChanged filter: SendingTurns.OnFilter(step, filter.Filter); break;
            case SendingEvent.CopySent: SendingTurns.OnCopySent(step); break;
            case SendingEvent.StreamBroken broken: SendingTurns.OnBroken(step, broken); break;
            case SendingEvent.ClaimJudged judged: SendingTurns.OnJudged(step, judged); break;
            case SendingEvent.CopyAsked: SendingTurns.OnCopyAsked(step); break;
            case SendingEvent.Tick: SendingTurns.OnTick(step); break;
        }

        return step.Done();
    }
}

/// <summary>A step being made: the state so far and the effects so far.</summary>
internal sealed class SendingSteps(SendingState state, SessionMoment? moment, double now)
{
    private readonly ImmutableArray<SendingEffect>.Builder _effects = ImmutableArray.CreateBuilder<SendingEffect>();

    public SendingState State { get; set; } = state;

    /// <summary>Null: there is no such database here.</summary>
    public SessionMoment? Moment { get; } = moment;

    public double Now { get; } = now;

    public SendingContext Context => State.Context;

    public SendingStep Done() => new(State, _effects.DrainToImmutable());

    public void Add(SendingEffect effect) => _effects.Add(effect);

    public void Send(ControlFrame frame) => Add(new SendingEffect.Send(frame));

    public void Note(string text, bool isAlarm = false) => Add(new SendingEffect.Note(text, isAlarm));

    public void Close(SessionClose close)
    {
        if (State.Phase is SendingPhase.Streaming or SendingPhase.Copying) Add(SendingEffect.StopStream.Instance);
        if (close.Disconnect) Send(ControlFrame.Disconnect.Instance);
        StoreConfirmed();
        State = State with { Phase = SendingPhase.Ended, End = close };
        Add(new SendingEffect.Close(close));
    }

    public void Remember(PositionUpdate update) => Add(new SendingEffect.Commit(new CommitRequest.Positions([update])));

    /// <summary>Confirmations are stored at most once per tick: each is a commit, and what is forgotten is only served twice.</summary>
    public void StoreConfirmed()
    {
        if (State.Confirmed is not { } confirmed || confirmed <= (State.ConfirmedStored ?? 0) || Moment is null) return;
        State = State with { ConfirmedStored = confirmed };
        Remember(new PositionUpdate.Confirmed(State.Named, confirmed));
    }
}
