using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Event;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.TransactionLog;

namespace Harper.Actors.TransactionLog;

/// <summary>
/// ④ Looks after the log of a database: trims what is old enough and confirmed, and settles tombstones and counters that every member has confirmed. The
/// tail in memory and the bell are read by subscriptions directly. Child of DatabaseActor. It keeps nothing that cannot be made again:
/// after a failure it is restarted and begins with a new mark.
/// </summary>
internal sealed class TransactionLogActor : DescribedActor, IWithTimers
{
    private readonly DatabaseHandle _database;
    private readonly LogTail _tail;
    private readonly LogHolds _holds;
    private readonly NodeServices _services;
    private readonly LogSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private SettlementMark _mark;
    private readonly HashSet<(NodeName Name, double Confirmed)> _cutOff = [];
    private double? _trimmedTo;
    private long _trimmed;
    private double? _settledTo;
    private bool _trimming;
    private bool _settling;

    public TransactionLogActor(DatabaseHandle database, LogTail tail, LogHolds holds, NodeServices services)
    {
        _database = database;
        _tail = tail;
        _holds = holds;
        _services = services;
        _settings = services.Settings.Log;
        _mark = tail.Mark();
        Receive<RetentionDue>(_ => OnRetentionDue());
        Receive<Trimmed>(OnTrimmed);
        Receive<TailDue>(_ => _tail.DropBefore(_services.Clock.NowMs - _settings.TailAge.TotalMilliseconds));
        Receive<SettlementDue>(_ => OnSettlementDue());
        Receive<Settled>(OnSettled);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(DatabaseHandle database, LogTail tail, LogHolds holds, NodeServices services) =>
        ActorProps.Of(() => new TransactionLogActor(database, tail, holds, services))
            .OnDispatcher("harper.dispatchers.storage");

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(RetentionDue), RetentionDue.Instance, _settings.RetentionInterval);
        Timers.StartPeriodicTimer(nameof(TailDue), TailDue.Instance, _settings.TailAge / 2);
        Timers.StartPeriodicTimer(nameof(SettlementDue), SettlementDue.Instance, _settings.SettleInterval);
    }

    protected override string DescribeState() => _trimming ? "trimming" : _settling ? "settling" : "keeping";

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures()
    {
        var (count, bytes, from) = _tail.Held;
        return
        [
            Figure("head", _tail.Last), Figure("bytes", _database.Engine.Statistics.LogBytes), Figure("tailTransactions", count),
            Figure("tailBytes", bytes), Figure("tailFrom", double.IsFinite(from) ? from : null), Figure("copiesServed", _holds.Count),
            Figure("trimmedTo", _trimmedTo), Figure("trimmedTransactions", _trimmed), Figure("maxBytes", _settings.MaxBytes), Figure("settledTo", _settledTo),
        ];
    }

    private void OnRetentionDue()
    {
        if (_trimming || Members() is not { } members) return;
        var oldest = _database.Engine.ReadLog(0, 1).Transactions;
        if (oldest.IsEmpty) return;
        var confirmed = _database.Engine.Positions.Confirmed;
        var state = new LogState(
            _services.Clock.NowMs, oldest[0].Position, _tail.Last, _database.Engine.Statistics.LogBytes,
            _settings.Retention.TotalMilliseconds, _settings.MaxBytes, _settings.AwayGrace.TotalMilliseconds, _settings.CapGrace.TotalMilliseconds);
        var readers = members.Select(member => new LogReader(member.Name, Confirmed(confirmed, member.Name), member.AwaySinceMs)).ToList();
        if (RetentionPolicy.Decide(state, readers, _holds.Positions) is not { } trim) return;
        _trimming = true;
        _database.CommitAsync(new CommitRequest.TrimLog(trim.UpTo)).PipeTo(Self, success: result => new Trimmed(trim, result));
    }

    private void OnTrimmed(Trimmed message)
    {
        _trimming = false;
        if (message.Result is not CommitResult.Maintained { Count: var count and > 0 }) return;
        var trim = message.Trim;
        _trimmedTo = trim.UpTo;
        _trimmed += count;
        var what = $"{count} transactions up to {Time(trim.UpTo)} left the log of database '{_database.Name}': {Words(trim.Cause)}";
        _log.Info("{What}", what);
        Publish("retention", what);
        foreach (var reader in trim.CutOff)
        {
            if (!_cutOff.Add((reader.Name, reader.Confirmed ?? 0))) continue;
            var who = $"Node {reader.Name} will need a copy of database '{_database.Name}' when it comes back: the log no longer has what follows "
                + $"{Time(reader.Confirmed ?? 0)}, which it confirmed last" + (reader.AwaySinceMs is { } since ? $"; it is away since {Time(since)}" : "");
            _log.Warning("{Who}", who);
            Publish("retention", who);
        }
        // One trim takes a bounded stretch: go on until nothing more may go.
        Self.Tell(RetentionDue.Instance);
    }

    private string Words(TrimCause cause) => cause switch
    {
        TrimCause.Age => $"older than {_settings.Retention}",
        TrimCause.Size => $"the log is larger than its cap of {_settings.MaxBytes >> 20} MiB",
        _ => $"the log is more than twice as large as its cap of {_settings.MaxBytes >> 20} MiB, nobody is waited for",
    };

    private static string Time(double milliseconds) =>
        DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Clamp(milliseconds, 0, 253402300799999)).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private void OnSettlementDue()
    {
        if (_settling || Members() is not { } members) return;
        var confirmed = _database.Engine.Positions.Confirmed;
        _mark = _tail.Since(_mark);
        var settleTo = SettlementPolicy.SettleTo(_mark, members.Select(member => new SettlementMember(Confirmed(confirmed, member.Name), member.InStep)));
        if (settleTo is not { } upTo) return;
        _mark = _tail.Mark();
        if (upTo <= (_settledTo ?? 0)) return;
        _settling = true;
        _database.CommitAsync(new CommitRequest.Settle(upTo)).PipeTo(Self, success: result => new Settled(upTo, result));
    }

    private void OnSettled(Settled message)
    {
        _settling = false;
        if (message.Result is CommitResult.Maintained) _settledTo = message.UpTo;
        _log.Debug("Database [{0}]: settled to [{1}]: {2}", _database.Name, message.UpTo, message.Result);
    }

    private ImmutableArray<MemberPresence>? Members() => _services.Members.Of(_database.Name);

    private static double? Confirmed(ImmutableDictionary<NodeName, double> confirmed, NodeName member) =>
        confirmed.TryGetValue(member, out var position) ? position : null;

    private sealed record RetentionDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly RetentionDue Instance = new();
    }

    private sealed record TailDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly TailDue Instance = new();
    }

    private sealed record SettlementDue : INotInfluenceReceiveTimeout, IDeadLetterSuppression
    {
        public static readonly SettlementDue Instance = new();
    }

    private sealed record Trimmed(LogTrim Trim, CommitResult Result);

    private sealed record Settled(double UpTo, CommitResult Result);
}
