using Akka.Actor;
using Akka.Streams;
using Harper.Actors.Node;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Actors.Peers;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Sessions;
using Harper.Core.Wire.Dictionaries;

namespace Harper.Actors.Subscriptions;

/// <summary>What a subscription is made from.</summary>
internal sealed record SubscriptionParts(
    NodeName Self, IDatabaseHandle Database, IPeerSocket Socket, OutgoingChanges Changes, CreditGate Credit, OriginalListening Listening,
    SubscriptionProgress Progress, ConnectionSettings Settings);

/// <summary>
/// ⑤ One answer to a subscription request: runs the stream from the log (or the copy) to the socket and keeps the log while a copy
/// lives. Parent: SendingConnectionActor, which makes a new one for each request. When the stream breaks it says so and stops.
/// </summary>
internal sealed class SubscriptionActor : DescribedActor
{
    private readonly SubscriptionParts _parts;
    private readonly SubscriptionWork _work;
    private readonly CancellationTokenSource _cancelled = new();
    private readonly IMaterializer _materializer = Context.Materializer();
    private IDisposable? _hold;
    private UniqueKillSwitch? _switch;
    private bool _copying;
    private bool _stopping;

    public static Props Props(SubscriptionParts parts, SubscriptionWork work) =>
        ActorProps.Of(() => new SubscriptionActor(parts, work)).WithDeploy(Deploy.Local);

    private sealed record Ended(string? Failure, double? OwnSeen = null);

    public SubscriptionActor(SubscriptionParts parts, SubscriptionWork work)
    {
        _parts = parts;
        _work = work;
        _copying = work.Copy is not null;
        Receive<SubscriptionProtocol.Stop>(_ => OnStop());
        Receive<SubscriptionProtocol.CopySent>(_ => OnCopySent());
        Receive<Ended>(OnEnded);
    }

    protected override string DescribeState() => _stopping ? "stopping" : _copying ? "copying" : "streaming";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures()
    {
        var figures = _parts.Progress.Read();
        return [Figure("position", figures.LastPosition), Figure("transactions", figures.Transactions), Figure("unconfirmed", figures.UnconfirmedTransactions)];
    }

    protected override void PreStart()
    {
        var self = Self;
        if (_work.Copy is { } copy)
        {
            _hold = _parts.Database.HoldLog(copy.KeepAfter);
            long total = 0;
            foreach (var (_, rows) in _parts.Database.Engine.Statistics.Rows) total += rows;
            _parts.Progress.CopyBegins(total);
        }

        var pump = new SubscriptionPump(_parts.Self, _parts.Database, _work, _parts.Changes, _parts.Settings, () => _parts.Progress.IsSettled);
        Func<ValueTask>? listens = _work.Kind != PeerKind.Original4 ? null
            : () => _parts.Listening.ReachAsync(_parts.Socket, _work.Copy is null && _work.Plan.Starts.ContainsKey(_parts.Self) ? _work.Plan.After : 0, _parts.Settings.ProgressDeadlineOfOriginals, _cancelled.Token);
        var stream = SubscriptionStream.Create(
            pump, new SubscriptionSending(_parts.Socket, _parts.Credit, listens, _parts.Progress, () => self.Tell(SubscriptionProtocol.CopySent.Instance)), _cancelled.Token);
        (_switch, var done) = stream.Run(_materializer);
        done.PipeTo(self, success: () => new Ended(null), failure: error => new Ended(error.GetBaseException().Message, (error.GetBaseException() as LogGapException)?.OwnSeen));
    }

    protected override void PostStop()
    {
        _cancelled.Cancel();
        _hold?.Dispose();
    }

    private void OnStop()
    {
        if (_stopping) return;
        _stopping = true;
        _cancelled.Cancel();
        _switch?.Shutdown();
    }

    private void OnCopySent()
    {
        _copying = false;
        _hold?.Dispose();
        _hold = null;
        Context.Parent.Tell(SubscriptionProtocol.CopySent.Instance);
    }

    private void OnEnded(Ended ended)
    {
        if (!_stopping) Context.Parent.Tell(new SubscriptionProtocol.Broken(ended.Failure ?? "the stream ended", ended.OwnSeen));
        Context.Stop(Self);
    }
}
