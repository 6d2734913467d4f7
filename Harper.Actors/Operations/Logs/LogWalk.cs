using Harper.Actors.Databases;
using Harper.Core.Identity;
using Harper.Core.TransactionLog;

namespace Harper.Actors.Operations.Logs;

/// <summary>One table's part of a transaction.</summary>
internal sealed record TableTransaction(LoggedTransaction Transaction, IReadOnlyList<LoggedChange> Changes);

/// <summary>Walks the log of a database for one table, oldest first, in stretches that do not hold the store long.</summary>
internal static class LogWalk
{
    private const int StretchBytes = 1 << 20;

    public static IEnumerable<TableTransaction> Of(IDatabaseHandle database, TableName table, double from, double to)
    {
        // A position is never below its version, so nothing before the first time wanted can lie after it.
        var after = Math.BitDecrement(Math.Max(from, double.Epsilon));
        while (true)
        {
            var stretch = database.ReadLog(after, StretchBytes);
            foreach (var transaction in stretch.Transactions)
            {
                if (transaction.Stamp.Version < from || transaction.Stamp.Version > to) continue;
                var changes = transaction.Changes.Where(change => change.IsApplied && change.Change.Table == table).ToList();
                if (changes.Count > 0) yield return new TableTransaction(transaction, changes);
            }

            if (stretch.Transactions.IsEmpty || stretch.ReadThrough <= after) yield break;
            after = stretch.ReadThrough;
        }
    }
}
