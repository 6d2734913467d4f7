using Harper.Core.Schema;

namespace Harper.Core.Commit;

/// <summary>Changes of the schema: all edits of a request or none.</summary>
internal static class SchemaResolution
{
    public static CommitResult Resolve(CommitGroup group, CommitRequest.Schema request)
    {
        var changedBefore = group.SchemaChanged;
        group.SchemaChanged = false;
        foreach (var edit in request.Edits)
            if (Apply(group, edit) is { } refusal)
                return refusal;
        var changed = group.SchemaChanged;
        group.SchemaChanged |= changedBefore;
        return new CommitResult.SchemaChanged(changed);
    }

    private static CommitResult.Rejected? Apply(CommitGroup group, SchemaEdit edit) => edit switch
    {
        SchemaEdit.CreateTable create => Create(group, create.Table),
        SchemaEdit.EnsureTable { Declared: true } ensure => Declare(group, ensure.Table),
        SchemaEdit.EnsureTable ensure => Announce(group, ensure.Table),
        SchemaEdit.DropTable drop => WithTable(group, drop.Table, table => TableChanges.Drop(group, table)),
        SchemaEdit.CreateAttribute create => CreateAttribute(group, create),
        SchemaEdit.DropAttribute drop => DropAttribute(group, drop),
        _ => throw new ArgumentOutOfRangeException(nameof(edit), edit, "no such schema edit"),
    };

    private static CommitResult.Rejected? Create(CommitGroup group, TableSpec spec)
    {
        if (group.State.Tables.ContainsKey(spec.Name))
            return new(CommitRejection.TableExists, $"Table '{spec.Name}' already exists in database '{group.State.Name}'");
        if (Invalid(spec) is { } invalid) return invalid;
        TableChanges.Create(group, spec, declared: spec.SchemaDefined);
        return null;
    }

    /// <summary>A schema of this node: what it says holds. It adds and alters, and takes no attribute and no index away.</summary>
    private static CommitResult.Rejected? Declare(CommitGroup group, TableSpec spec)
    {
        if (Invalid(spec) is { } invalid) return invalid;
        if (!group.State.Tables.TryGetValue(spec.Name, out var table))
        {
            TableChanges.Create(group, spec, declared: true);
            return null;
        }

        if (table.Definition.PrimaryKey != spec.PrimaryKey)
            return new(CommitRejection.InvalidSchema, $"Table '{spec.Name}' has the primary key '{table.Definition.PrimaryKey}', which cannot become '{spec.PrimaryKey}'");
        var options = TableChanges.WithOptions(table.Definition, spec);
        if (options != table.Definition || !table.Stored.Declared)
            TableChanges.Become(group, table, table.Stored with { Definition = options, Declared = true });
        foreach (var wanted in spec.Attributes)
        {
            if (table.Definition.Find(wanted.Name) is not { } present)
            {
                TableChanges.AddAttribute(group, table, wanted);
                continue;
            }

            var next = wanted with { Id = present.Id, Indexed = present.Indexed || wanted.Indexed, IsPrimaryKey = present.IsPrimaryKey };
            if (next != present) TableChanges.ReplaceAttribute(group, table, present, next);
        }

        return null;
    }

    /// <summary>What a peer says of a table: made when it is new, widened when it is not declared here; what was dropped here, table or attribute, stays away.</summary>
    private static CommitResult.Rejected? Announce(CommitGroup group, TableSpec spec)
    {
        if (Invalid(spec) is { } invalid) return invalid;
        if (!group.State.Tables.TryGetValue(spec.Name, out var table))
        {
            if (!group.State.Dropped.ContainsKey(spec.Name)) TableChanges.Create(group, spec, declared: false);
            return null;
        }

        if (table.Stored.Declared) return null;
        var room = DynamicAttributes.MaxAttributes - table.Definition.Attributes.Length;
        TableChanges.AddAttributes(group, table,
        [
            .. spec.Attributes.Where(attribute => table.Definition.Find(attribute.Name) is null && !table.Stored.DroppedAttributes.Contains(attribute.Name))
                .DistinctBy(attribute => attribute.Name).Take(Math.Max(0, room)).Select(attribute => attribute with { IsPrimaryKey = false }),
        ]);
        return null;
    }

    private static CommitResult.Rejected? CreateAttribute(CommitGroup group, SchemaEdit.CreateAttribute create)
    {
        if (!group.State.Tables.TryGetValue(create.Table, out var table)) return NoTable(group, create.Table);
        if (table.Definition.Find(create.Attribute) is not null)
            return new(CommitRejection.AttributeExists, $"attribute '{create.Attribute}' already exists in {group.State.Name}.{create.Table}");
        if (create.Attribute.Length == 0 || table.Stored.LastAttributeId >= Storage.Layout.StoreKeys.MaxAttributeId)
            return new(CommitRejection.InvalidSchema, $"Table '{create.Table}' cannot take the attribute '{create.Attribute}'");
        TableChanges.AddAttribute(group, table, new AttributeDefinition(0, create.Attribute, create.Type, Indexed: true));
        return null;
    }

    private static CommitResult.Rejected? DropAttribute(CommitGroup group, SchemaEdit.DropAttribute drop)
    {
        if (!group.State.Tables.TryGetValue(drop.Table, out var table)) return NoTable(group, drop.Table);
        if (table.Definition.Find(drop.Attribute) is not { } attribute)
            return new(CommitRejection.NoSuchAttribute, $"attribute '{drop.Attribute}' does not exist in {group.State.Name}.{drop.Table}");
        if (attribute.IsPrimaryKey)
            return new(CommitRejection.InvalidSchema, $"attribute '{drop.Attribute}' is the primary key of {group.State.Name}.{drop.Table}");
        TableChanges.DropAttribute(group, table, attribute);
        return null;
    }

    private static CommitResult.Rejected? WithTable(CommitGroup group, Identity.TableName name, Action<TableState> then)
    {
        if (!group.State.Tables.TryGetValue(name, out var table)) return NoTable(group, name);
        then(table);
        return null;
    }

    private static CommitResult.Rejected NoTable(CommitGroup group, Identity.TableName name) =>
        new(CommitRejection.NoSuchTable, $"Table '{name}' does not exist in database '{group.State.Name}'");

    private static CommitResult.Rejected? Invalid(TableSpec spec)
    {
        if (string.IsNullOrEmpty(spec.Name.Value) || string.IsNullOrEmpty(spec.PrimaryKey))
            return new(CommitRejection.InvalidSchema, "A table needs a name and a primary key");
        if (spec.Attributes.Length > DynamicAttributes.MaxAttributes)
            return new(CommitRejection.InvalidSchema, $"A table may have {DynamicAttributes.MaxAttributes} attributes, '{spec.Name}' has {spec.Attributes.Length}");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var attribute in spec.Attributes)
            if (string.IsNullOrEmpty(attribute.Name) || !names.Add(attribute.Name))
                return new(CommitRejection.InvalidSchema, $"Table '{spec.Name}' names the attribute '{attribute.Name}' twice, or has one without a name");
        return null;
    }
}
