using System.Collections.Immutable;
using Harper.Core.Schema;
using Harper.Core.Storage.Layout;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>Tables without a declared schema learn attributes from what is written to them, indexed from the first value on (R-SCH-08).</summary>
internal static class DynamicAttributes
{
    /// <summary>A table keeps taking records with more names than this, but no longer lists or indexes them.</summary>
    public const int MaxAttributes = 10_000;

    /// <summary>Adds what the changes name and their tables lack. Returns it as <c>table.attribute</c>.</summary>
    public static ImmutableArray<string> Add(CommitGroup group, TransactionChanges changes)
    {
        ImmutableArray<string>.Builder? added = null;
        for (var i = 0; i < changes.Count; i++)
            if (changes.Row(i) is { } row)
                Add(group, row.Table, changes[i], ref added);
        return added?.DrainToImmutable() ?? [];
    }

    public static void Add(CommitGroup group, TableState table, in Change change, ref ImmutableArray<string>.Builder? added)
    {
        if (change.Kind == ChangeKind.Delete || table.Definition.SchemaDefined) return;
        if (table.Plan(change.Value.Shape).HasUnknown) Learn(group, table, change.Value.Shape, ref added);
    }

    private static void Learn(CommitGroup group, TableState table, Shape shape, ref ImmutableArray<string>.Builder? added)
    {
        var room = Math.Min(MaxAttributes - table.Definition.Attributes.Length, StoreKeys.MaxAttributeId - table.Stored.LastAttributeId);
        if (room <= 0) return;
        var fresh = new List<AttributeDefinition>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in shape.Names)
        {
            if (fresh.Count >= room) break;
            if (table.Definition.Find(name) is null && names.Add(name)) fresh.Add(new AttributeDefinition(0, name, Indexed: true));
        }

        TableChanges.AddAttributes(group, table, fresh);
        foreach (var attribute in fresh) (added ??= ImmutableArray.CreateBuilder<string>()).Add($"{table.Name}.{attribute.Name}");
    }
}
