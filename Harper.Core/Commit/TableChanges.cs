using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Schema;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;

namespace Harper.Core.Commit;

/// <summary>The steps that schema edits are made of. Each can be undone with its request.</summary>
internal static class TableChanges
{
    /// <summary>The table; made on the spot when a peer's rows name one that was never announced; null when it was dropped here.</summary>
    public static TableState? FindOrMake(CommitGroup group, TableName name)
    {
        if (group.State.Tables.TryGetValue(name, out var table)) return table;
        return group.State.Dropped.ContainsKey(name) ? null
            : Create(group, new TableSpec(name, "id", [new AttributeDefinition(0, "id", IsPrimaryKey: true)]), declared: false);
    }

    public static TableState Create(CommitGroup group, TableSpec spec, bool declared)
    {
        var state = group.State;
        var named = spec.Attributes.Any(attribute => attribute.Name == spec.PrimaryKey)
            ? spec.Attributes : spec.Attributes.Insert(0, new AttributeDefinition(0, spec.PrimaryKey, IsPrimaryKey: true));
        var attributes = named.Select((attribute, i) => attribute with { Id = i + 1, IsPrimaryKey = attribute.Name == spec.PrimaryKey }).ToImmutableArray();
        var definition = new TableDefinition
        {
            Id = ++state.LastTableId,
            Name = spec.Name,
            PrimaryKey = spec.PrimaryKey,
            Incarnation = state.NewGuid(),
            Attributes = attributes,
        };
        var table = new TableState(new StoredTable(WithOptions(definition, spec), declared, attributes.Length, [], null), state.Origins);
        state.ById[table.Id] = table;
        state.Tables.Add(spec.Name, table);
        state.Dropped.Remove(spec.Name, out var before);
        group.ChangedTables.Add(table);
        group.SchemaChanged = true;
        group.OnUndo(() =>
        {
            state.Tables.Remove(spec.Name);
            if (before is not null) state.Dropped.Add(spec.Name, before);
            group.ChangedTables.Remove(table);
        });
        return table;
    }

    public static TableDefinition WithOptions(TableDefinition definition, TableSpec spec) => definition with
    {
        SchemaDefined = spec.SchemaDefined,
        Sealed = spec.Sealed,
        Replicate = spec.Replicate,
        Audit = spec.Audit,
        ExpirationSeconds = spec.ExpirationSeconds,
        EvictionSeconds = spec.EvictionSeconds,
        ScanIntervalSeconds = spec.ScanIntervalSeconds,
        Exported = spec.Exported,
    };

    public static void Become(CommitGroup group, TableState table, StoredTable next)
    {
        var before = table.Stored;
        table.Become(next);
        group.ChangedTables.Add(table);
        group.SchemaChanged = true;
        group.OnUndo(() => table.Become(before));
    }

    /// <summary>Adds the attribute under the next id. Rows may hold values of it already: then its index is built from them.</summary>
    public static void AddAttribute(CommitGroup group, TableState table, AttributeDefinition attribute) => AddAttributes(group, table, [attribute]);

    /// <summary>The same for many at once: a definition is copied to be changed, and one by one thousands of names would copy it thousands of times.</summary>
    /// <param name="attributes">None of them is in the table, no name twice.</param>
    public static void AddAttributes(CommitGroup group, TableState table, IReadOnlyCollection<AttributeDefinition> attributes)
    {
        if (attributes.Count == 0) return;
        var stored = table.Stored;
        var definition = stored.Definition;
        var all = ImmutableArray.CreateBuilder<AttributeDefinition>(definition.Attributes.Length + attributes.Count);
        all.AddRange(definition.Attributes);
        var toIndex = new List<AttributeDefinition>();
        var last = stored.LastAttributeId;
        foreach (var attribute in attributes)
        {
            var added = attribute with { Id = ++last };
            var mayHaveValues = definition.SchemaDefined || stored.DroppedAttributes.Contains(attribute.Name) || all.Count >= DynamicAttributes.MaxAttributes;
            all.Add(added);
            if (added is { Indexed: true, IsPrimaryKey: false } && mayHaveValues) toIndex.Add(added);
        }

        Become(group, table, stored with
        {
            Definition = definition with { Attributes = all.DrainToImmutable() },
            LastAttributeId = last,
            DroppedAttributes = stored.DroppedAttributes.IsEmpty ? [] : stored.DroppedAttributes.RemoveRange(attributes.Select(attribute => attribute.Name)),
        });
        foreach (var added in toIndex) IndexBuilding.Build(group.State.Store, table, added);
    }

    public static void ReplaceAttribute(CommitGroup group, TableState table, AttributeDefinition before, AttributeDefinition after)
    {
        var definition = table.Definition;
        Become(group, table, table.Stored with { Definition = definition with { Attributes = definition.Attributes.Replace(before, after) } });
        if (after is { Indexed: true, IsPrimaryKey: false } && !before.Indexed) IndexBuilding.Build(group.State.Store, table, after);
    }

    public static void DropAttribute(CommitGroup group, TableState table, AttributeDefinition attribute)
    {
        var stored = table.Stored;
        var definition = stored.Definition;
        Become(group, table, stored with
        {
            Definition = definition with { Attributes = definition.Attributes.Remove(attribute) },
            DroppedAttributes = stored.DroppedAttributes.Add(attribute.Name),
        });
        group.Removes = true;
        group.RemoveRange(Family.Index, StoreKeys.Attribute(table.Id, attribute.Id));
    }

    public static void Drop(CommitGroup group, TableState table)
    {
        var state = group.State;
        var hidden = state.Dropped.GetValueOrDefault(table.Name);
        Become(group, table, table.Stored with { DroppedAt = group.Head });
        state.Tables.Remove(table.Name);
        state.Dropped[table.Name] = table;
        group.Removes = true;
        group.RemoveRange(Family.Rows, StoreKeys.Table(table.Id));
        group.RemoveRange(Family.Index, StoreKeys.Table(table.Id));
        group.OnUndo(() =>
        {
            state.Tables[table.Name] = table;
            state.Dropped.Remove(table.Name);
            if (hidden is not null) state.Dropped[table.Name] = hidden;
        });
    }
}
