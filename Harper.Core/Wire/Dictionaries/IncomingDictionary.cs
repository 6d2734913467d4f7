using Harper.Core.Identity;
using Harper.Core.Values;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Records;

namespace Harper.Core.Wire.Dictionaries;

/// <summary>What the other side of a connection said its numbers mean. An unknown number is an error, never a guess (rule 19).</summary>
public sealed class IncomingDictionary(ShapeCache shapes)
{
    private readonly Dictionary<int, NodeName> _origins = [];
    private readonly Dictionary<int, IncomingTable> _tables = [];

    /// <summary>Takes a 132 or 141; false: it is another frame.</summary>
    public bool Learn(ControlFrame frame)
    {
        switch (frame)
        {
            case ControlFrame.NodeNameToIdMap map:
                _origins.Clear();
                foreach (var (name, id) in map.Ids) _origins[id] = name;
                return true;
            case ControlFrame.TableFixedStructure table:
                _tables[table.TableId] = new IncomingTable(table.Table, Structures(table.Structures));
                return true;
            default:
                return false;
        }
    }

    /// <summary>True when a map of this connection had this origin.</summary>
    public bool Knows(NodeName origin) => _origins.ContainsValue(origin);

    public NodeName Origin(int id) => _origins.TryGetValue(id, out var name)
        ? name
        : throw new FrameError(FrameErrorCode.UnknownOrigin, $"origin id {id} is in no map of origins of this connection");

    public IncomingTable Table(int id) => _tables.TryGetValue(id, out var table)
        ? table
        : throw new FrameError(FrameErrorCode.UnknownTable, $"table id {id} was not bound to a table on this connection");

    private RecordStructures Structures(TableStructures announced)
    {
        try
        {
            return new RecordStructures(announced.TypedStructs, [.. announced.Structures.Select(shape => shape.Names)], shapes);
        }
        catch (ValueFormatException fault)
        {
            throw FrameError.Malformed($"the structures of a table: {fault.Message}");
        }
    }
}

/// <summary>What a 132 bound a table id to.</summary>
public sealed record IncomingTable(TableName Name, RecordStructures Structures);
