using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using static Harper.Core.Wire.Control.ControlFrame;

namespace Harper.Core.Wire.Control;

/// <summary>Writes control frames.</summary>
internal static class ControlFrameWriter
{
    public static void Write(ControlWriter to, ControlFrame frame)
    {
        switch (frame)
        {
            case SubscriptionRequest request: SubscriptionFrames.Write(to, request); break;
            case SubscriptionUpdate update: SubscriptionFrames.Write(to, update); break;
            case CopyStart start: SubscriptionFrames.Write(to, start); break;
            case TableFixedStructure structure: SchemaFrames.Write(to, structure); break;
            case DbSchema schema: SchemaFrames.Write(to, schema); break;
            case PeerName name: PeerNameFrames.Write(to, name); break;
            case GetRecord request: RecordFrames.Write(to, request); break;
            case GetRecordResponse response: RecordFrames.Write(to, response); break;
            case BlobChunk chunk: RecordFrames.Write(to, chunk); break;
            case OperationRequest request:
                to.Message(ControlCommand.OperationRequest, 1);
                OperationBodyWriter.Write(to, request.Json, request.RequestId, error: null);
                break;
            case OperationResponse response:
                to.Message(ControlCommand.OperationResponse, 1);
                OperationBodyWriter.Write(to, response.Json, response.RequestId, response.Error);
                break;
            case NodeNameToIdMap map: Write(to, map); break;
            case ResidencyList list:
                to.Message(ControlCommand.ResidencyList, 2);
                Names(to, list.Nodes);
                to.Integer(list.ResidencyId);
                break;
            case Disconnect: to.Message(ControlCommand.Disconnect, 0); break;
            case SequenceIdUpdate update: Single(to, ControlCommand.SequenceIdUpdate, update.Position); break;
            case CommittedUpdate update: Single(to, ControlCommand.CommittedUpdate, update.Position); break;
            case CopyComplete complete: SubscriptionFrames.Write(to, complete); break;
            case ByteCredit credit:
                to.Message(ControlCommand.ByteCredit, 1);
                to.Integer(credit.UpTo);
                break;
            default: throw new FrameError(FrameErrorCode.NotAnnounced, $"{frame.GetType().Name} cannot be sent");
        }
    }

    public static void Names(ControlWriter to, ImmutableArray<NodeName> names)
    {
        to.Array(names.Length);
        foreach (var name in names) to.Text(name.Value);
    }

    public static void Vector(ControlWriter to, ImmutableDictionary<NodeName, double> vector)
    {
        to.Map(vector.Count);
        foreach (var (name, version) in vector.OrderBy(entry => entry.Key)) to.Member(name.Value, version);
    }

    private static void Write(ControlWriter to, NodeNameToIdMap map)
    {
        var members = (map.Offered is null ? 0 : 1) + (map.Covers.IsEmpty ? 0 : 1) + (map.Parts.IsEmpty ? 0 : 1) + (map.Through is null ? 0 : 1);
        to.Message(ControlCommand.NodeNameToIdMap, members > 0 ? 3 : 2);
        to.Map(map.Ids.Count);
        foreach (var (name, id) in map.Ids.OrderBy(entry => entry.Value)) to.Member(name.Value, id);
        Names(to, map.Subscribed);
        if (members == 0) return;
        to.Map(members);
        if (map.Offered is { } offered)
        {
            to.Text("offered");
            Filter(to, offered);
        }
        if (map.Through is { } through)
        {
            to.Text("through");
            Vector(to, through);
        }
        if (!map.Covers.IsEmpty)
        {
            to.Text("covers");
            to.Map(map.Covers.Count);
            foreach (var (origin, tables) in map.Covers.OrderBy(entry => entry.Key))
            {
                to.Text(origin.Value);
                Filter(to, tables);
            }
        }
        if (map.Parts.IsEmpty) return;
        to.Text("parts");
        to.Map(map.Parts.Count);
        foreach (var (origin, tables) in map.Parts.OrderBy(entry => entry.Key))
        {
            to.Text(origin.Value);
            to.Map(tables.Count);
            foreach (var (table, version) in tables.OrderBy(entry => entry.Key.Value, StringComparer.Ordinal)) to.Member(table.Value, version);
        }
    }

    /// <summary>A list: whether all pass but those that follow, then those.</summary>
    public static void Filter(ControlWriter to, TableFilter filter)
    {
        to.Array(2);
        to.Boolean(filter.ByDefault);
        to.Array(filter.Tables.Count);
        foreach (var table in filter.Tables.OrderBy(table => table.Value, StringComparer.Ordinal)) to.Text(table.Value);
    }

    private static void Single(ControlWriter to, ControlCommand command, double position)
    {
        to.Message(command, 1);
        to.Number(position);
    }
}
