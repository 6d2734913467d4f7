using Akka.Actor;
using Akka.Event;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Actors.Operations.Verification;

namespace Harper.Actors.Peers;

/// <summary>
/// Compares this node with its peers now and then, when nothing is on its way (rule 28). Parent: PeersActor. Restarted after a failure; the figures are the
/// comparison's.
/// </summary>
internal sealed class ComparisonActor : DescribedActor, IWithTimers
{
    public const string ActorName = "~comparison";

    private readonly DatabaseComparison _comparison;
    private readonly TimeSpan _interval;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopping = new();
    private bool _running;

    public ComparisonActor(DatabaseComparison comparison, TimeSpan interval)
    {
        _comparison = comparison;
        _interval = interval;
        Receive<Due>(_ => OnDue());
        Receive<Done>(OnDone);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(DatabaseComparison comparison, TimeSpan interval) =>
        ActorProps.Of(() => new ComparisonActor(comparison, interval)).OnDispatcher("harper.dispatchers.storage");

    protected override string DescribeState() => _running ? "comparing" : _interval > TimeSpan.Zero ? "resting" : "off";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures()
    {
        var figures = _comparison.Figures;
        return
        [
            Figure("intervalSeconds", _interval.TotalSeconds), Figure("lastAt", figures.LastAtMs), Figure("compared", figures.Compared),
            Figure("differed", figures.Differed), Figure("healedHere", figures.HealedHere), Figure("healedThere", figures.HealedThere),
            Figure("failed", figures.Failed), Figure("lastDifference", figures.LastDifference),
        ];
    }

    protected override void PreStart()
    {
        if (_interval > TimeSpan.Zero) Timers.StartPeriodicTimer(nameof(Due), Due.Instance, _interval);
    }

    protected override void PostStop() => _stopping.Cancel();

    private void OnDue()
    {
        if (_running) return;
        _running = true;
        _comparison.RunAsync(_comparison.All, inStep: true, _stopping.Token)
            .PipeTo(Self, success: verdicts => new Done(verdicts.Length, null), failure: error => new Done(0, error.GetBaseException().Message));
    }

    private void OnDone(Done done)
    {
        _running = false;
        if (done.Problem is { } problem) _log.Warning("Comparing with peers failed: {Problem}", problem);
        else _log.Debug("Compared {Count} tables with peers", done.Compared);
    }

    private sealed record Due : INotInfluenceReceiveTimeout
    {
        public static readonly Due Instance = new();
    }

    private sealed record Done(int Compared, string? Problem);
}
