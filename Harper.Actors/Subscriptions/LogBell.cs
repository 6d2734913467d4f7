using Akka.Streams;
using Akka.Streams.Stage;

namespace Harper.Actors.Subscriptions;

/// <summary>
/// ⑤ The source of a subscription: its pump, each time there is something to read. The writer that rings the bell wakes the stream itself, with one message and
/// by way of no other thread; <c>UnfoldAsync</c> takes two turns of the pool for each transaction.
/// </summary>
internal sealed class LogBell : GraphStage<SourceShape<SubscriptionPump>>
{
    private readonly SubscriptionPump _pump;
    private readonly CancellationToken _cancellation;
    private readonly Outlet<SubscriptionPump> _out = new("log-bell.out");

    public LogBell(SubscriptionPump pump, CancellationToken cancellation)
    {
        (_pump, _cancellation) = (pump, cancellation);
        Shape = new SourceShape<SubscriptionPump>(_out);
    }

    public override SourceShape<SubscriptionPump> Shape { get; }

    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(this);

    private sealed class Logic : OutGraphStageLogic
    {
        private readonly LogBell _stage;
        private readonly Action<Task> _rung;

        public Logic(LogBell stage) : base(stage.Shape)
        {
            _stage = stage;
            _rung = GetAsyncCallback<Task>(OnRung);
            SetHandler(stage._out, this);
        }

        public override void OnPull()
        {
            var ready = _stage._pump.ReadyAsync(_stage._cancellation);

            // Also when it is ready already: between two stretches of a backlog others have their turn on this thread.
            if (ready.IsCompleted) _rung(ready);
            else ready.ContinueWith(_rung, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        private void OnRung(Task ready)
        {
            if (ready.IsCompletedSuccessfully) Push(_stage._out, _stage._pump);
            else if (ready.IsCanceled) Complete(_stage._out);
            else Fail(_stage._out, ready.Exception!.GetBaseException());
        }
    }
}
