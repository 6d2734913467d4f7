using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Values;
using Harper.Core.Wire.Records;
using static Harper.Core.Wire.Control.ControlFrame;
using static Harper.Core.Wire.Control.ControlFrameReader;

namespace Harper.Core.Wire.Control;

/// <summary>132 and 145, and the table lists of 140: what tables look like and how their values are encoded.</summary>
internal static class SchemaFrames
{
    public static TableFixedStructure TableStructure(ref ControlReader reader, ref int left)
    {
        Require(ref reader, ref left, "the structures");
        var typed = ImmutableArray<ImmutableArray<TypedSlot>>.Empty;
        var structures = ImmutableArray<Shape>.Empty;
        var attributes = default(ImmutableArray<AnnouncedAttribute>);
        var schemaDefined = false;
        for (var count = reader.MapHeader("the structures"); count > 0; count--)
        {
            var member = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (member)
            {
                case "typedStructs": typed = StructureLists.Typed(ref reader); break;
                case "structures": structures = StructureLists.Shapes(ref reader); break;
                case "attributes": attributes = Attributes(ref reader); break;
                case "schemaDefined": schemaDefined = reader.Boolean(member); break;
                default: reader.Skip(); break;
            }
        }
        var id = (int)Integer(ref reader, ref left, "the table id", 0, int.MaxValue);
        var name = TakeElement(ref reader, ref left) ? reader.Text("the table name") : "";
        return new TableFixedStructure(id, new TableName(name), new TableStructures(typed, structures), attributes, schemaDefined);
    }

    public static DbSchema Schema(ref ControlReader reader, ref int left)
    {
        Require(ref reader, ref left, "the tables");
        var tables = Tables(ref reader);
        var database = new DatabaseName(Text(ref reader, ref left, "the database name"));
        return new DbSchema(tables, database, Opaque(ref reader, ref left));
    }

    public static ImmutableArray<AnnouncedTable> Tables(ref ControlReader reader)
    {
        var tables = ImmutableArray.CreateBuilder<AnnouncedTable>();
        for (var count = reader.ArrayHeader("the tables"); count > 0; count--)
            if (!reader.TakeAbsent()) tables.Add(Table(ref reader));
        return tables.DrainToImmutable();
    }

    public static void Write(ControlWriter to, TableFixedStructure frame)
    {
        to.Message(ControlCommand.TableFixedStructure, 3);
        to.Map(frame.Attributes.IsDefault ? 2 : 4);
        to.Text("typedStructs");
        StructureLists.Write(to, frame.Structures.TypedStructs);
        to.Text("structures");
        StructureLists.Write(to, frame.Structures.Structures);
        if (!frame.Attributes.IsDefault)
        {
            to.Text("attributes");
            to.Array(frame.Attributes.Length);
            foreach (var attribute in frame.Attributes) TableOptionMembers.Write(to, attribute);
            to.Member("schemaDefined", frame.SchemaDefined);
        }
        to.Integer(frame.TableId);
        to.Text(frame.Table.Value);
    }

    public static void Write(ControlWriter to, DbSchema frame)
    {
        to.Message(ControlCommand.DbSchema, frame.SetupRequestId.IsEmpty ? 2 : 3);
        Write(to, frame.Tables);
        to.Text(frame.Database.Value);
        if (!frame.SetupRequestId.IsEmpty) to.Raw(frame.SetupRequestId.Span);
    }

    public static void Write(ControlWriter to, ImmutableArray<AnnouncedTable> tables)
    {
        to.Array(tables.Length);
        foreach (var table in tables)
        {
            to.Map(table.Options is null ? 3 : 4);
            to.Member("table", table.Table.Value);
            to.Member("schemaDefined", table.SchemaDefined);
            to.Text("attributes");
            to.Array(table.Attributes.Length);
            foreach (var attribute in table.Attributes) TableOptionMembers.Write(to, attribute);
            if (table.Options is null) continue;
            to.Text(TableOptionMembers.Options);
            TableOptionMembers.Write(to, table.Options);
        }
    }

    private static AnnouncedTable Table(ref ControlReader reader)
    {
        string? name = null;
        var schemaDefined = false;
        var attributes = ImmutableArray<AnnouncedAttribute>.Empty;
        AnnouncedOptions? options = null;
        for (var count = reader.MapHeader("a table"); count > 0; count--)
        {
            var member = reader.MapKey();
            if (reader.TakeAbsent()) continue;
            switch (member)
            {
                case "table": name = reader.Text(member); break;
                case "schemaDefined": schemaDefined = reader.Boolean(member); break;
                case "attributes": attributes = Attributes(ref reader); break;
                case TableOptionMembers.Options: options = TableOptionMembers.ReadOptions(ref reader); break;
                default: reader.Skip(); break;
            }
        }
        if (name is null) throw reader.Wrong("the name of a table");
        return new AnnouncedTable(new TableName(name), schemaDefined, attributes, options);
    }

    private static ImmutableArray<AnnouncedAttribute> Attributes(ref ControlReader reader)
    {
        var attributes = ImmutableArray.CreateBuilder<AnnouncedAttribute>();
        for (var count = reader.ArrayHeader("the attributes"); count > 0; count--)
        {
            if (reader.TakeAbsent()) continue;
            if (TableOptionMembers.ReadAttribute(ref reader) is { } attribute) attributes.Add(attribute);
        }
        return attributes.DrainToImmutable();
    }
}
