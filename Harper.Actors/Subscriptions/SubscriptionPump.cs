using System.Collections.Immutable;
using Harper.Actors.Databases;
using Harper.Actors.Peers;
using Harper.Actors.TransactionLog;
using Harper.Core.Identity;
using Harper.Core.Reading;
using Harper.Core.Sessions;
using Harper.Core.TransactionLog;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Dictionaries;

namespace Harper.Actors.Subscriptions;

/// <summary>Messages made from one stretch of the log or one chunk of a copy.</summary>
/// <param name="Position">Up to where the log is in them; null within a copy.</param>
internal sealed record SubscriptionBatch(
    ImmutableArray<byte[]> Messages, double? Position, int Transactions, int Records, TableName? Table, int CopiedRows, long CopiedBytes, bool CopyEnds);

/// <summary>The log has not what the peer asked for: the session ends, and the next one gets a copy.</summary>
internal sealed class LogGapException(string message, double? ownSeen) : Exception(message)
{
    /// <summary>See <see cref="SendingEvent.StreamBroken"/>.</summary>
    public double? OwnSeen { get; } = ownSeen;
}

/// <summary>
/// Pulls what a subscription needs, piece by piece, and turns it into messages: first the copy, then the log by position. Called by one stage of
/// one stream; every read is short, and nothing is read that was not asked for.
/// </summary>
internal sealed class SubscriptionPump
{
    /// <summary>A position that moved past what was left out is told after this long (W 3.6).</summary>
    private static readonly TimeSpan StatePosition = TimeSpan.FromMilliseconds(300);

    private readonly NodeName _self;
    private readonly IDatabaseHandle _database;
    private readonly SubscriptionWork _work;
    private readonly OutgoingChanges _changes;
    private readonly ConnectionSettings _settings;
    private readonly Func<bool> _settled;
    private readonly LogSelection _selection;
    private readonly LogEar _ear;
    private readonly List<byte[]> _messages = [];
    private CopyPlace? _place;
    private bool _copyBegun;
    private ReadOnlyMemory<byte>? _held = ReadOnlyMemory<byte>.Empty;
    private int _stretches;
    private double _after;
    private double _stated;
    private bool _unstated;

    /// <param name="settled">Whether the peer has confirmed all that was sent to it.</param>
    public SubscriptionPump(NodeName self, IDatabaseHandle database, SubscriptionWork work, OutgoingChanges changes, ConnectionSettings settings, Func<bool>? settled = null)
    {
        _self = self;
        _database = database;
        _work = work;
        _changes = changes;
        _settings = settings;
        _settled = settled ?? (() => false);
        _selection = new LogSelection(work.Plan, self);
        _ear = new LogEar(work.Plan.Wants, StatePosition);
        _place = work.Copy?.Start;
        _after = work.Plan.After;
        // Who comes back hears where the log stands also when there is nothing to send: it may wait for that (rule 23).
        _unstated = work.Kind == PeerKind.Ours && work.Copy is null;
    }

    /// <summary>Returns when there is something to read, or a position to be told.</summary>
    public async Task ReadyAsync(CancellationToken cancellation)
    {
        if (_place is not null) return;
        var more = _database.WaitForLogAsync(_after, _ear, cancellation);
        // The end of a backlog is told at once: the receiver knows then that it has caught up.
        var endsBacklog = _stretches > 1;
        _stretches = more.IsCompleted ? _stretches + 1 : 0;
        if (_unstated && endsBacklog && !more.IsCompleted) return;
        if (!_unstated || more.IsCompleted)
        {
            await more.ConfigureAwait(false);
            return;
        }

        // Abandoning the wait is harmless: the bell carries nothing. A wait of its own, because a delay beside it would go on for each transaction sent.
        await more.WaitAsync(StatePosition, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }

    public SubscriptionBatch Read()
    {
        _messages.Clear();
        return _place is { } place ? ReadCopy(_work.Copy!, place) : ReadLog();
    }

    private SubscriptionBatch ReadCopy(CopyPlan plan, CopyPlace place)
    {
        var isOurs = _work.Kind == PeerKind.Ours;
        if (!_copyBegun)
        {
            _copyBegun = true;
            var positions = _database.Engine.Positions;
            var source = isOurs ? new CopySource(plan.Vector, positions.Floor, positions.Incarnation, RowsOf(plan)) { Only = plan.Only, Answers = plan.Answers } : null;
            _messages.Add(ControlFrameCodec.Encode(new ControlFrame.CopyStart(plan.StartPosition, CopyWalk.OrderVersion, source)));
        }

        CopyChunkRead chunk;
        using (var view = _database.OpenView())
        {
            // First of all: a copy that goes on where it was cut is beyond it.
            if (isOurs && place == CopyPlace.Beginning && ReadHeld(view, plan))
            {
                _changes.Flush(_messages);
                return new SubscriptionBatch([.. _messages], null, 0, 0, null, 0, 0, false);
            }

            chunk = CopyWalk.Next(view, place, plan.Filter, isOurs, _settings.CopyChunkRows, _settings.CopyChunkBytes, plan.Since);
            foreach (var (change, stamp) in chunk.Changes) _changes.AppendCopied(change, stamp, view.Catalog, _messages);
        }

        _changes.Flush(_messages);
        _place = chunk.Place;
        var ends = _place is null;
        if (ends && isOurs)
        {
            var end = _database.Engine.Positions;
            // Changes of originals are in no order that a vector could speak of.
            var vector = end.Cursors.IsEmpty ? end.Through : ImmutableDictionary<NodeName, double>.Empty;
            _messages.Add(ControlFrameCodec.Encode(new ControlFrame.CopyComplete(end.Head, vector)));
            // Rows were the last that the receiver heard: once nothing follows, it is told that it has caught up.
            _unstated = true;
        }
        else if (ends)
        {
            // Better than the original's 0: the receiver has a place to go on from.
            _messages.Add(OutgoingChanges.PositionOnly(plan.StartPosition));
            _messages.Add(ControlFrameCodec.Encode(new ControlFrame.CopyComplete()));
        }

        return new SubscriptionBatch([.. _messages], null, 0, chunk.Changes.Length, chunk.Place?.Table, chunk.Rows, chunk.Bytes, ends);
    }

    /// <summary>What was set aside here, with the content of its blobs (rule 24). True: there is more to be read before the rows.</summary>
    private bool ReadHeld(IReadView view, CopyPlan plan)
    {
        if (_held is not { } after || !_changes.CarriesHeld) return false;
        var stretch = view.ReadHeld(after, _settings.CopyChunkBytes);
        _held = stretch.Next;
        foreach (var held in stretch.Transactions)
        {
            var transaction = held.Entry.Transaction;
            var passing = transaction.Changes.RemoveAll(change => !LocalTables.MayPass(view.Catalog, change.Table, plan.Filter));
            if ((passing.IsEmpty && !transaction.Changes.IsEmpty) || transaction.Stamp.Version <= plan.Since) continue;
            foreach (var piece in view.ReadBlobs(transaction.Stamp)) _changes.AppendBlob(piece, _messages);
            _changes.AppendHeld(held with { Entry = held.Entry with { Transaction = transaction with { Changes = passing } } }, _messages);
        }

        return _held is not null;
    }

    /// <summary>What the copy will bring, more or less.</summary>
    private long RowsOf(CopyPlan plan)
    {
        var catalog = _database.Engine.Catalog;
        return _database.Engine.Statistics.Rows.Where(table => LocalTables.MayPass(catalog, table.Key, plan.Filter)).Sum(table => table.Value);
    }

    private void AppendBlobs(LoggedTransaction transaction)
    {
        if (!_changes.CarriesHeld || !transaction.Changes.Any(static change => change.Held == HeldKind.Blobs)) return;
        using var view = _database.OpenView();
        foreach (var piece in view.ReadBlobs(transaction.Stamp)) _changes.AppendBlob(piece, _messages);
    }

    private SubscriptionBatch ReadLog()
    {
        var stretch = _database.ReadLog(_after, _settings.StretchBytes);
        if (stretch.ReadThrough < _after) stretch = new LogStretch(stretch.Transactions, _after);
        var drained = stretch.ReadThrough >= _database.Engine.Positions.Head;
        var catalog = _database.Engine.Catalog;
        // As of now, which is not before the entries: what they lack is in it. And what was lacking and came since has raised the floor.
        var positions = _database.Engine.Positions;
        var floor = positions.Floor;
        var selected = _selection.Select(stretch, catalog, floor, drained);
        var lost = selected.Gap ?? _selection.LostBelow(floor, selected.Passed);
        if (lost is not null) throw new LogGapException(lost, selected.OwnSeen);
        var isOurs = _work.Kind == PeerKind.Ours;
        if (!isOurs)
        {
            _changes.Contested.Passes(_settled(), Environment.TickCount64);
            foreach (var transaction in stretch.Transactions)
                if (!_work.Plan.Wants(transaction.Stamp.Origin)) _changes.Contested.Taken(transaction);
        }

        var records = 0;
        if (isOurs && !selected.Send.IsEmpty && _changes.Offer(_work.Plan.Filter, positions)) _changes.AppendMap(_messages);
        for (var i = 0; i < selected.Send.Length; i++)
        {
            var transaction = selected.Send[i];
            records += transaction.Changes.Length;
            if (isOurs) AppendBlobs(transaction);
            var last = drained && i == selected.Send.Length - 1 && !selected.Skipped;
            _changes.Append(transaction, catalog, last && !isOurs ? selected.Passed : null, _messages);
            if (last && !isOurs) _stated = selected.Passed;
        }

        _changes.Flush(_messages);
        var waited = (_unstated && stretch.Transactions.IsEmpty) || (_ear.EndedByTime && drained && selected.Skipped && selected.Send.IsEmpty);
        _after = selected.Passed;
        if (selected.Skipped || (isOurs && selected.Send.Length > 0)) _unstated = true;
        else if (selected.Send.Length > 0) _unstated = false;
        if (waited)
        {
            _unstated = false;
            if (_after > _stated) _messages.Add(ControlFrameCodec.Encode(new ControlFrame.SequenceIdUpdate(_after)));
            _stated = Math.Max(_stated, _after);
        }

        return new SubscriptionBatch([.. _messages], _after, selected.Send.Length, records, null, 0, 0, false);
    }
}
