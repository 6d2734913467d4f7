using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Harper.Core.Records;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;

namespace Harper.Core.Commit;

/// <summary>
/// The changes of one transaction as they will be applied and logged: one per key (rule 5). They lie in memory that the next transaction of the group uses
/// again, so that one ends before another begins.
/// </summary>
internal sealed class TransactionChanges
{
    private readonly CommitGroup _group;
    private readonly long _transaction;
    private readonly List<Change> _changes;
    private readonly List<PendingRow?> _rows;

    public TransactionChanges(CommitGroup group, long transaction)
    {
        (_group, _transaction) = (group, transaction);
        (_changes, _rows) = (group.Scratch.Changes, group.Scratch.ChangedRows);
        _changes.Clear();
        _rows.Clear();
    }

    public int Count => _changes.Count;

    public ref readonly Change this[int index] => ref CollectionsMarshal.AsSpan(_changes)[index];

    public PendingRow? Row(int index) => _rows[index];

    /// <summary>Whether the row exists after the changes to it in this transaction; null when there are none.</summary>
    public bool? Exists(PendingRow row) => row.Transaction == _transaction ? _changes[row.ChangeIndex].Kind != ChangeKind.Delete : null;

    public void Add(PendingRow row, in Change change)
    {
        if (row.Transaction == _transaction)
        {
            _changes[row.ChangeIndex] = ChangeFolding.Fold(_changes[row.ChangeIndex], change, _group.Shapes);
            return;
        }

        row.Transaction = _transaction;
        row.ChangeIndex = _changes.Count;
        _changes.Add(change);
        _rows.Add(row);
    }

    /// <summary>A change that is logged and not applied: its table was dropped here. Whoever reads it here may have the table still, so it is logged whole.</summary>
    public void AddUnapplied(in Change change)
    {
        _changes.Add(change);
        _rows.Add(null);
    }

    /// <summary>
    /// Merges every change into its row. What lost is logged without its value (rule 9): what it lost against is in the log too, or will be. What changed
    /// nothing because a copy brought it already, beyond the vector that the copy promised, is logged whole: it is in no log before this one.
    /// </summary>
    public ImmutableArray<LoggedChange> ApplyAll(Stamp stamp, out bool anyChanged)
    {
        var logged = ImmutableArray.CreateBuilder<LoggedChange>(_changes.Count);
        anyChanged = false;
        for (var i = 0; i < _changes.Count; i++)
        {
            ref readonly var change = ref this[i];
            var row = _rows[i];
            var changed = row is not null && _group.Apply(row, change, stamp);
            anyChanged |= changed;
            logged.Add(changed || row is null || (row.Current is { } current && Holds(current, stamp)) ? new LoggedChange(change, false) : Stub(change));
        }

        return logged.MoveToImmutable();
    }

    private static bool Holds(Row row, Stamp stamp)
    {
        if (row.Base == stamp) return true;
        foreach (var attribute in row.Patched)
            if (attribute.Stamp == stamp) return true;
        foreach (var add in row.Adds)
            if (add.Stamp == stamp) return true;
        return false;
    }

    public static LoggedChange Stub(in Change change) => new(change with { Value = Values.EncodedRecord.Empty }, true);
}
