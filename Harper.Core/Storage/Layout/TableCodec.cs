using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Schema;

namespace Harper.Core.Storage.Layout;

/// <summary>What the store knows of a table beyond its definition.</summary>
/// <param name="Declared">By a local GraphQL schema or operation; a peer's announcement does not alter it.</param>
/// <param name="LastAttributeId">Highest id ever given: ids are not used twice.</param>
/// <param name="DroppedAttributes">Names whose values may still stand in rows: when one comes back, its index is built from them.</param>
/// <param name="DroppedAt">Head of the log when the table was dropped; null while it lives. Its name and shapes serve what the log still holds.</param>
internal sealed record StoredTable(
    TableDefinition Definition, bool Declared, int LastAttributeId, ImmutableArray<string> DroppedAttributes, double? DroppedAt);

/// <summary>The stored form of a table's definition.</summary>
internal static class TableCodec
{
    private const byte SchemaDefined = 1, Sealed = 2, Audit = 4, Exported = 8, Declared = 16, Thinned = 32;
    private const byte Indexed = 1, PrimaryKey = 2, Nullable = 4;

    public static void Write(ByteBuilder to, StoredTable table)
    {
        var definition = table.Definition;
        to.Text(definition.Name.Value).Text(definition.PrimaryKey).Guid(definition.Incarnation);
        to.Byte((byte)((definition.SchemaDefined ? SchemaDefined : 0) | (definition.Sealed ? Sealed : 0) | (definition.Audit ? Audit : 0)
            | (definition.Exported ? Exported : 0) | (table.Declared ? Declared : 0) | (definition.IsThinned ? Thinned : 0)));
        to.Byte(definition.Replicate switch { null => 0, false => 1, true => 2 });
        Optional(to, definition.ExpirationSeconds);
        Optional(to, definition.EvictionSeconds);
        Optional(to, definition.ScanIntervalSeconds);
        Optional(to, table.DroppedAt);
        to.Number(table.LastAttributeId).Number(table.DroppedAttributes.Length);
        foreach (var name in table.DroppedAttributes) to.Text(name);
        to.Number(definition.Attributes.Length);
        foreach (var attribute in definition.Attributes) Write(to, attribute);
    }

    public static StoredTable Read(int id, ReadOnlySpan<byte> stored)
    {
        var parser = new ByteParser(stored);
        var name = new TableName(parser.Name());
        var primaryKey = parser.Name();
        var incarnation = parser.Guid();
        var flags = parser.Byte();
        bool? replicate = parser.Byte() switch { 0 => null, 1 => false, _ => true };
        var expiration = Optional(ref parser);
        var eviction = Optional(ref parser);
        var scanInterval = Optional(ref parser);
        var droppedAt = Optional(ref parser);
        var lastAttributeId = (int)parser.Number();
        var dropped = ImmutableArray.CreateBuilder<string>();
        for (var count = parser.Count(); count > 0; count--) dropped.Add(parser.Name());
        var attributes = ImmutableArray.CreateBuilder<AttributeDefinition>();
        for (var count = parser.Count(); count > 0; count--) attributes.Add(ReadAttribute(ref parser));
        var definition = new TableDefinition
        {
            Id = id,
            Name = name,
            PrimaryKey = primaryKey,
            SchemaDefined = (flags & SchemaDefined) != 0,
            Sealed = (flags & Sealed) != 0,
            Audit = (flags & Audit) != 0,
            Exported = (flags & Exported) != 0,
            IsThinned = (flags & Thinned) != 0,
            Replicate = replicate,
            ExpirationSeconds = expiration,
            EvictionSeconds = eviction,
            ScanIntervalSeconds = scanInterval,
            Incarnation = incarnation,
            Attributes = attributes.ToImmutable(),
        };
        return new StoredTable(definition, (flags & Declared) != 0, lastAttributeId, dropped.ToImmutable(), droppedAt);
    }

    private static void Write(ByteBuilder to, AttributeDefinition attribute)
    {
        to.Number(attribute.Id).Text(attribute.Name).Text(attribute.Type).Text(attribute.Elements);
        to.Byte((byte)((attribute.Indexed ? Indexed : 0) | (attribute.IsPrimaryKey ? PrimaryKey : 0) | (attribute.Nullable ? Nullable : 0)));
        to.Byte((byte)attribute.Assigned);
    }

    private static AttributeDefinition ReadAttribute(ref ByteParser parser)
    {
        var id = (int)parser.Number();
        var name = parser.Name();
        var type = parser.Text();
        var elements = parser.Text();
        var flags = parser.Byte();
        return new AttributeDefinition(id, name, type, (flags & Indexed) != 0, (flags & PrimaryKey) != 0, (flags & Nullable) != 0,
            (AssignedTime)parser.Byte(), elements);
    }

    private static void Optional(ByteBuilder to, double? value)
    {
        to.Byte(value is null ? (byte)0 : (byte)1);
        if (value is { } present) to.Double(present);
    }

    private static double? Optional(ref ByteParser parser) => parser.Byte() == 0 ? null : parser.Double();
}
