using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Records;

/// <summary>
/// A row as the fewest changes that produce it (rule 22): its base, then one patch per distinct stamp, ascending, each with its true
/// origin. Whoever merges them has the row, whatever they had before.
/// </summary>
public static class RowChanges
{
    public static ImmutableArray<CopiedChange> Of(TableName table, RecordKey key, Row row)
    {
        var latest = row.Latest;
        if (row.Patched.IsEmpty && row.Adds.IsEmpty) return [Base(table, key, row, row.Value, latest)];

        var changes = ImmutableArray.CreateBuilder<CopiedChange>();
        if (row.Base != default) changes.Add(Base(table, key, row, WithoutPatched(row), latest));
        var stamps = row.Patched.Select(attribute => attribute.Stamp).Concat(row.Adds.Select(add => add.Stamp)).Distinct().Order();
        foreach (var stamp in stamps)
        {
            var patch = new Change(table, key, ChangeKind.Patch, PatchAt(row, stamp), stamp == latest ? row.ExpiresAt : null);
            changes.Add(new CopiedChange(patch, stamp));
        }

        return changes.DrainToImmutable();
    }

    private static CopiedChange Base(TableName table, RecordKey key, Row row, EncodedRecord value, Stamp latest)
    {
        var kind = row.Alive ? ChangeKind.Put : ChangeKind.Delete;
        return new CopiedChange(
            new Change(table, key, kind, row.Alive ? value : EncodedRecord.Empty, row.Base == latest ? row.ExpiresAt : null), row.Base);
    }

    private static EncodedRecord WithoutPatched(Row row)
    {
        if (!row.Alive) return EncodedRecord.Empty;
        var kept = new RowOverlay(EncodedRecord.Empty);
        var offset = 0;
        foreach (var name in row.Value.Shape.Names)
        {
            var value = RowOverlay.ValueAt(row.Value.Values, ref offset);
            if (!row.Patched.Any(attribute => attribute.Name == name)) kept.Set(name, value);
        }

        return kept.Build();
    }

    private static EncodedRecord PatchAt(Row row, Stamp stamp)
    {
        var patch = new RowOverlay(EncodedRecord.Empty);
        foreach (var attribute in row.Patched)
            if (attribute.Stamp == stamp) patch.Set(attribute.Name, RowOverlay.Find(row.Value, attribute.Name));
        foreach (var add in row.Adds)
            if (add.Stamp == stamp) patch.Set(add.Name, Counter.EncodeAdd(add.Amount));
        return patch.Build();
    }
}
