using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Positions;
using Harper.Core.Records;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>
/// One batch in the making. Requests are resolved one after the other against the store and what this group has already decided (rule 6); rows and
/// index entries are written once, at the end, however often a row changed. A request that fails leaves nothing behind.
/// </summary>
internal sealed class CommitGroup(DatabaseState state, CommitScratch scratch, double now) : IDisposable
{
    private readonly Dictionary<RowAddress, PendingRow> _rows = scratch.Rows;
    private readonly List<PendingRow> _touched = scratch.Touched;
    private readonly List<(PendingRow Row, Row? Current, bool Changed)> _undoRows = scratch.UndoRows;
    private readonly List<Action> _undo = [];
    private readonly List<LoggedTransaction> _logged = [];
    private readonly List<(Family Family, byte[] Prefix)> _ranges = [];
    private readonly ByteBuilder _key = scratch.Key;
    private readonly ByteBuilder _value = scratch.Value;
    private long _transaction;

    public DatabaseState State { get; } = state;

    public double Now { get; } = now;

    public IStoreBatch Batch { get; } = state.Store.CreateBatch();

    public IReadOnlyList<PendingRow> Touched => _touched;

    public IReadOnlyList<LoggedTransaction> Logged => _logged;

    public ReplicationPositions Positions { get; set; } = state.Positions;

    public double Head { get; set; } = state.Positions.Head;

    /// <summary>What was set aside before this group.</summary>
    public QuarantineFigures QuarantineBefore { get; } = state.Quarantine;

    public bool SchemaChanged { get; set; }

    /// <summary>Something is taken away: readers must not pair the catalog of before with the store of after.</summary>
    public bool Removes { get; set; }

    /// <summary>How many transactions left the quarantine at the beginning of this group.</summary>
    public long Released { get; set; }

    /// <summary>Tables whose definition is another one than the store has.</summary>
    public HashSet<TableState> ChangedTables { get; } = [];

    public Dictionary<(NodeName Via, string File), LooseBlob> LooseBlobs { get; } = [];

    public ShapeCache Shapes { get; } = scratch.Shapes;

    /// <summary>The next local version: not before the wall, and above everything this database has taken in (rules 8, 11).</summary>
    public double NextVersion => Math.Max(Now, Math.BitIncrement(Head));

    public long BeginTransaction() => ++_transaction;

    /// <summary>Where the changes of the transaction that is being resolved are gathered: one at a time.</summary>
    public CommitScratch Scratch => scratch;

    /// <summary>The row as the next request must see it.</summary>
    public PendingRow Find(TableState table, RecordKey key)
    {
        var address = new RowAddress(table.Id, key);
        if (_rows.TryGetValue(address, out var row)) return row;
        row = scratch.Row(table, key, ReadStored(table, key));
        _rows.Add(address, row);
        _touched.Add(row);
        return row;
    }

    public bool Apply(PendingRow row, in Change change, Stamp stamp)
    {
        var result = RowMerge.Apply(row.Current, change, stamp, row.Table.ExpirationMs);
        if (result.Changed) Replace(row, result.Row);
        return result.Changed;
    }

    public void Replace(PendingRow row, Row? next)
    {
        _undoRows.Add((row, row.Current, row.Changed));
        row.Current = next;
        row.Changed = true;
    }

    /// <summary>Puts a transaction into the log at the next position, never below its version (rule 11).</summary>
    public void Log(Stamp stamp, double previous, string? user, ImmutableArray<LoggedChange> changes)
    {
        Head = Math.Max(NextVersion, stamp.Version);
        var transaction = new LoggedTransaction(Head, stamp, previous, user, changes);
        LogEntryCodec.Write(LogEntries.Begin(_value), transaction, FindInLog, State.Origins);
        var bytes = LogEntries.Put(Batch, Head, _value, _key);
        _logged.Add(transaction with { Bytes = bytes });
        State.LogBytes += bytes;
        State.Records += changes.Length;
    }

    /// <summary>Removes everything under a prefix. Ranges take effect when the request is kept: a batch cannot take them back.</summary>
    public void RemoveRange(Family family, byte[] prefix) => _ranges.Add((family, prefix));

    public void OnUndo(Action undo) => _undo.Add(undo);

    public Savepoint Save() => new(Positions, Head, _logged.Count, SchemaChanged, Removes);

    /// <summary>What was done since the last request is final.</summary>
    public void Keep()
    {
        foreach (var (family, prefix) in _ranges) Batch.DeleteRange(family, prefix, StoreKeys.After(prefix));
        _ranges.Clear();
        _undo.Clear();
        _undoRows.Clear();
    }

    public void Restore(in Savepoint savepoint)
    {
        _ranges.Clear();
        for (var i = _undo.Count - 1; i >= 0; i--) _undo[i]();
        for (var i = _undoRows.Count - 1; i >= 0; i--) (_undoRows[i].Row.Current, _undoRows[i].Row.Changed) = (_undoRows[i].Current, _undoRows[i].Changed);
        Unlog(savepoint.Logged);
        (Positions, Head) = (savepoint.Positions, savepoint.Head);
        (SchemaChanged, Removes) = (savepoint.SchemaChanged, savepoint.Removes);
        Keep();
    }

    public void Dispose()
    {
        Batch.Dispose();
        scratch.Clear();
    }

    /// <summary>The batch cannot forget: an entry that must not be is deleted by a later line of it.</summary>
    private void Unlog(int from)
    {
        for (var i = from; i < _logged.Count; i++)
        {
            LogEntries.Delete(Batch, _logged[i].Position, _logged[i].Bytes, _key);
            State.LogBytes -= _logged[i].Bytes;
            State.Records -= _logged[i].Changes.Length;
        }

        _logged.RemoveRange(from, _logged.Count - from);
    }

    private LogTable FindInLog(TableName table) =>
        State.Tables.TryGetValue(table, out var live) ? live.InLog : State.Dropped[table].InLog;

    private Row? ReadStored(TableState table, RecordKey key)
    {
        if (table.HasNoneAt(key, State.Store)) return null;
        StoreKeys.Row(_key.Clear(), table.Id, key.Span);
        return State.Store.TryGet(Family.Rows, _key.Written, _value.Clear()) ? RowCodec.Read(_value.Written.ToArray(), table.Shapes) : null;
    }

    internal readonly record struct Savepoint(
        ReplicationPositions Positions, double Head, int Logged, bool SchemaChanged, bool Removes);
}
