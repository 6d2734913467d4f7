using System.Collections.Immutable;
using Harper.Actors.Peers;
using Harper.Actors.Subscriptions;
using Harper.Core.Commit;
using Harper.Core.Membership;
using Harper.Core.Sessions;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Harper.Core.Wire.Dictionaries;

namespace Harper.Tests.Core.Replication;

/// <summary>
/// One socket between two simulated nodes: the real state machines of both ends, the real codecs, and messages that wait in between for as long as chance
/// wants. The dialler receives.
/// </summary>
internal sealed class SimulatedSession
{
    private const int MaxMessagesOnTheWay = 6;
    private static readonly ConnectionSettings Small = ConnectionSettings.Default with { StretchBytes = 200, CopyChunkRows = 2, CopyChunkBytes = 200 };

    private readonly ReplicationWorld _world;
    private readonly Queue<byte[]> _toReceiver = new();
    private readonly Queue<byte[]> _toSender = new();
    private readonly Queue<byte[]> _unsent = new();
    private readonly IncomingChanges _incoming = new(FrameLimits.Default);
    private readonly OutgoingChanges _outgoing;
    private ReceivingState _receiving;
    private SendingState? _sending;
    private SubscriptionPump? _pump;
    private IDisposable? _hold;
    private bool _endsCopy;

    public SimulatedSession(ReplicationWorld world, long id, SimulatedNode receiver, SimulatedNode sender)
    {
        _world = world;
        Id = id;
        Receiver = receiver;
        Sender = sender;
        _outgoing = new OutgoingChanges(sender.Self, batches: true, parts: true);
        var context = new ReceivingContext(receiver.Self, Guid.Empty, sender.Self, receiver.Name, world.Flows?.AtReceiver(receiver, sender) ?? TableFilter.All, null, new SessionDeadlines());
        _receiving = ReceivingState.Start(context);
    }

    public long Id { get; }

    public SimulatedNode Receiver { get; }

    public SimulatedNode Sender { get; }

    public bool IsClosed { get; private set; }

    public bool IsIdle => _toReceiver.Count == 0 && _unsent.Count == 0 && _toSender.Count == 0 && _receiving.Pending == 0 && _receiving.Phase == ReceivingPhase.Streaming;

    public override string ToString() =>
        $"{Receiver.Self}<-{Sender.Self} {_receiving.Phase}/{_sending?.Phase.ToString() ?? "?"} pending {_receiving.Pending} on the way {_toReceiver.Count}/{_toSender.Count}";

    public void Open()
    {
        _world.Coordinate(Receiver, state => state.Joined(Id, Sender.Self));
        Receiver.Enqueue(new CommitRequest.Positions([]), _ => On(ReceivingEvent.Opened.Instance));
    }

    public void Close(string reason)
    {
        if (IsClosed) return;
        IsClosed = true;
        _world.Note($"{this} closed: {reason}");
        _hold?.Dispose();
        _world.Closed(this);
    }

    /// <summary>One of the things that may happen on a socket.</summary>
    public void Step(int choice)
    {
        if (IsClosed) return;
        switch (choice)
        {
            case < 4: DeliverToReceiver(); break;
            case < 6: DeliverToSender(); break;
            case < 9: Pump(); break;
            default:
                On(ReceivingEvent.Tick.Instance);
                if (!IsClosed) OnSender(SendingEvent.Tick.Instance);
                break;
        }
    }

    public void On(ReceivingEvent happened)
    {
        if (IsClosed) return;
        var (next, effects) = _receiving.On(happened, Receiver.Moment());
        _receiving = next;
        foreach (var effect in effects) Run(effect);
    }

    public void OnSender(SendingEvent happened)
    {
        if (IsClosed || _sending is null) return;
        var (next, effects) = _sending.On(happened, Sender.Moment(), Sender.Now);
        _sending = next;
        foreach (var effect in effects) Run(effect);
    }

    private void DeliverToReceiver()
    {
        if (!_toReceiver.TryDequeue(out var message)) return;
        if (ControlFrameCodec.IsControl(message))
        {
            var frame = ControlFrameCodec.Decode(message, FrameLimits.Default);
            _incoming.Learn(frame);
            On(new ReceivingEvent.FrameReceived(frame));
            return;
        }

        var transactions = new List<ReceivedTransaction>();
        try
        {
            _incoming.Read(message, transactions);
        }
        catch (FrameError error)
        {
            On(new ReceivingEvent.Undecodable(error.Code, error.Message));
            return;
        }

        On(new ReceivingEvent.DataReceived([.. transactions], message.Length));
    }

    private void DeliverToSender()
    {
        if (!_toSender.TryDequeue(out var message)) return;
        var frame = ControlFrameCodec.Decode(message, FrameLimits.Default);
        if (_sending is null)
        {
            var database = ((ControlFrame.PeerName)frame).Database;
            _sending = SendingState.Start(new SendingContext(Sender.Self, Guid.Empty, Receiver.Self, database, true, true, _world.Flows?.AtSender(Receiver, Sender) ?? TableFilter.All));
        }

        if (frame is ControlFrame.PeerName) Sender.Enqueue(new CommitRequest.Positions([]), _ => OnSender(new SendingEvent.FrameReceived(frame)));
        else OnSender(new SendingEvent.FrameReceived(frame));
    }

    private void Pump()
    {
        if (_pump is null || _toReceiver.Count >= MaxMessagesOnTheWay) return;
        try
        {
            if (_unsent.Count == 0)
            {
                var batch = _pump.Read();
                foreach (var message in batch.Messages) _unsent.Enqueue(message);
                _endsCopy = batch.CopyEnds;
            }

            // Where flows change, message by message: what a stream had read when it was stopped is lost with it.
            for (var most = _world.Flows is null ? _unsent.Count : 1; most > 0 && _unsent.TryDequeue(out var next); most--) _toReceiver.Enqueue(next);
            if (!_endsCopy || _unsent.Count > 0) return;
            _endsCopy = false;
            _hold?.Dispose();
            _hold = null;
            OnSender(SendingEvent.CopySent.Instance);
        }
        catch (LogGapException gap)
        {
            OnSender(new SendingEvent.StreamBroken(gap.Message, gap.OwnSeen));
        }
    }

    private void Run(ReceivingEffect effect)
    {
        switch (effect)
        {
            case ReceivingEffect.Send send: _toSender.Enqueue(ControlFrameCodec.Encode(send.Frame)); break;
            case ReceivingEffect.Apply { Request: { } request } apply:
                Receiver.Enqueue(request, result => Answer(apply, request is CommitRequest.CopyComplete, result));
                break;
            case ReceivingEffect.Apply apply: Receiver.Enqueue(new CommitRequest.Positions([]), result => Answer(apply, false, result)); break;
            case ReceivingEffect.AskTurn ask: _world.Coordinate(Receiver, state => state.Asked(Id, ask.Copy)); break;
            case ReceivingEffect.PassTurn: _world.Coordinate(Receiver, state => state.Passed(Id)); break;
            case ReceivingEffect.CopyEnded: _world.Coordinate(Receiver, state => state.CopyEnded(Id)); break;
            case ReceivingEffect.Alarm alarm: _world.Note($"{this}: {alarm.Text}"); break;
            case ReceivingEffect.Close close: Close($"receiver: {close.Reason.Reason}"); break;
        }
    }

    private void Answer(ReceivingEffect.Apply apply, bool copyCompleted, CommitResult result)
    {
        var failure = result as CommitResult.Rejected;
        On(new ReceivingEvent.Applied(new AppliedBatch(1, apply.Bytes, failure is null ? apply.Position : null, copyCompleted && failure is null, failure)));
    }

    private void Run(SendingEffect effect)
    {
        switch (effect)
        {
            case SendingEffect.Send send: _toReceiver.Enqueue(ControlFrameCodec.Encode(send.Frame)); break;
            case SendingEffect.SendOriginMap map:
                _outgoing.Offer(map.Agreed, Sender.Engine.Positions);
                _toReceiver.Enqueue(_outgoing.OriginMap(Sender.Engine.Positions.Through.Keys, map.Subscribed));
                break;
            case SendingEffect.Stream stream: Start(new SubscriptionWork(stream.Plan, null, PeerKind.Ours)); break;
            case SendingEffect.Copy copy:
                _hold = Sender.HoldLog(copy.Plan.KeepAfter);
                Start(new SubscriptionWork(copy.Plan.Then, copy.Plan, PeerKind.Ours));
                break;
            case SendingEffect.StopStream:
                _pump = null;
                _unsent.Clear();
                _endsCopy = false;
                _hold?.Dispose();
                _hold = null;
                break;
            case SendingEffect.Commit commit: Sender.Enqueue(commit.Request, _ => { }); break;
            case SendingEffect.Claim claim:
                Sender.Enqueue(claim.Request, result => OnSender(SendingEvent.ClaimJudged.Of(claim.Reason, result)));
                break;
            case SendingEffect.Note note: _world.Note($"{this}: {note.Text}"); break;
            case SendingEffect.Close close: Close($"sender: {close.Reason.Reason}"); break;
        }
    }

    private void Start(SubscriptionWork work)
    {
        _outgoing.BeginStream();
        _pump = new SubscriptionPump(Sender.Self, Sender, work, _outgoing, Small);
    }
}
