using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Schema;

namespace Harper.Actors.Databases;

/// <summary>
/// What a database that was set aside leaves to the one made in its place: the tables that no node ever sees but this one, with their rows. All others come
/// from the cluster.
/// </summary>
internal static class KeptTables
{
    private const int RowsPerCommit = 1000;

    /// <returns>Names of the tables that were taken over.</returns>
    public static ImmutableArray<string> Take(IDatabaseEngine from, IDatabaseEngine to, bool replicates, Harper.Core.Identity.NodeName self, double now)
    {
        var kept = ImmutableArray.CreateBuilder<string>();
        using var view = from.OpenView(now);
        foreach (var table in view.Catalog.Tables.Values.Where(table => !(table.Replicate ?? replicates)).OrderBy(table => table.Name.Value, StringComparer.Ordinal))
        {
            to.Commit([new CommitRequest.Schema([new SchemaEdit.EnsureTable(SpecOf(table), Declared: true)])], now);
            using var rows = view.ScanRows(table);
            var changes = ImmutableArray.CreateBuilder<CopiedChange>();
            while (rows.MoveNext())
            {
                // A cursor's memory is its own.
                changes.AddRange(RowChanges.Of(table.Name, new RecordKey(rows.Key.Bytes.ToArray()), rows.Row).Select(Owned));
                if (changes.Count >= RowsPerCommit) to.Commit([new CommitRequest.MergeRows(changes.DrainToImmutable(), self)], now);
            }

            if (changes.Count > 0) to.Commit([new CommitRequest.MergeRows(changes.DrainToImmutable(), self)], now);
            kept.Add(table.Name.Value);
        }

        return kept.DrainToImmutable();
    }

    private static CopiedChange Owned(CopiedChange copied) =>
        copied with { Change = copied.Change with { Value = copied.Change.Value with { Values = copied.Change.Value.Values.ToArray() } } };

    private static TableSpec SpecOf(TableDefinition table) => new(table.Name, table.PrimaryKey, table.Attributes)
    {
        SchemaDefined = table.SchemaDefined, Sealed = table.Sealed, Replicate = table.Replicate, Audit = table.Audit,
        ExpirationSeconds = table.ExpirationSeconds, EvictionSeconds = table.EvictionSeconds, ScanIntervalSeconds = table.ScanIntervalSeconds,
        Exported = table.Exported,
    };
}
