using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Wire.Control;
using Xunit;

namespace Harper.Tests.Core.Wire;

/// <summary>Holds a decoded frame against what a vector says it is, element by element.</summary>
internal static class ControlFrameExpectation
{
    public static void Check(JsonElement message, ControlFrame frame)
    {
        switch (frame)
        {
            case ControlFrame.Disconnect: Assert.Equal(142, message[0].GetInt32()); break;
            case ControlFrame.SequenceIdUpdate update: Assert.Equal(message[1].GetDouble(), update.Position); break;
            case ControlFrame.CommittedUpdate update: Assert.Equal(message[1].GetDouble(), update.Position); break;
            case ControlFrame.CopyComplete: Assert.Equal(149, message[0].GetInt32()); break;
            case ControlFrame.CopyStart start:
                Assert.Equal(message[1].GetDouble(), start.StartTime);
                Assert.Equal(message[2].GetInt32(), start.OrderVersion);
                break;
            case ControlFrame.SubscriptionUpdate update:
                Names(message[1].Member("excludeNodes"), update.ExcludeNodes);
                Names(message[1].Member("includeNodes"), update.IncludeNodes);
                break;
            case ControlFrame.ResidencyList list:
                Names(message[1], list.Nodes);
                Assert.Equal(message[2].GetInt64(), list.ResidencyId);
                break;
            case ControlFrame.SubscriptionRequest request: Check(message, request); break;
            case ControlFrame.NodeNameToIdMap map:
                Assert.Equal(message[1].EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetInt32()), map.Ids.ToDictionary(one => one.Key.Value, one => one.Value));
                Names(message[2], map.Subscribed);
                break;
            case ControlFrame.PeerName name:
                Assert.Equal(message[1].GetString(), name.Node.Value);
                Assert.Equal(message[2].GetString(), name.Database.Value);
                Tables(message[3], name.Tables);
                Assert.Null(name.Announcement);
                break;
            case ControlFrame.DbSchema schema:
                Tables(message[1], schema.Tables);
                Assert.Equal(message[2].GetString(), schema.Database.Value);
                break;
            case ControlFrame.TableFixedStructure structure: Check(message, structure); break;
            case ControlFrame.GetRecord request:
                Assert.Equal(message[1].GetInt64(), request.RequestId);
                Assert.Equal(message[2].GetInt32(), request.TableId);
                Assert.Equal(KeyCodec.FromJson(message[3]), request.Key);
                Assert.Equal(message.GetArrayLength() > 4 ? message[4].GetString() : null, request.Table?.Value);
                break;
            case ControlFrame.GetRecordResponse response: Check(message, response); break;
            case ControlFrame.BlobChunk chunk:
                Assert.Equal(message[1].GetProperty("fileId").GetString(), chunk.FileId);
                Assert.Equal(message[1].Member("size")?.GetInt64(), chunk.Size);
                Assert.Equal(message[1].Member("finished")?.GetBoolean() ?? false, chunk.Finished);
                Assert.Equal(message[1].Member("error")?.GetString(), chunk.Error);
                Assert.Equal(message[1].Member("errorCode")?.GetString(), chunk.ErrorCode);
                Assert.Equal(message[2].GetProperty("$bin").GetString(), Convert.ToHexStringLower(chunk.Bytes.Span));
                break;
            case ControlFrame.OperationRequest request: Body(message[1], request.RequestId, request.Json, null, ["requestId"]); break;
            case ControlFrame.OperationResponse response:
                Body(message[1], response.RequestId, response.Json, response.Error, ["requestId", "error"]);
                break;
            default: Assert.Fail($"{frame.GetType().Name} was not expected for {message}"); break;
        }
    }

    private static void Check(JsonElement message, ControlFrame.SubscriptionRequest request)
    {
        Assert.Equal(message[1].GetArrayLength(), request.Entries.Length);
        foreach (var (expected, entry) in message[1].EnumerateArray().Zip(request.Entries))
        {
            Assert.Equal(expected.GetProperty("name").GetString(), entry.Name.Value);
            Assert.Equal(expected.GetProperty("replicateByDefault").GetBoolean(), entry.ReplicateByDefault);
            Assert.Equal(expected.GetProperty("tables").EnumerateArray().Select(table => table.GetString()!), entry.Tables.Select(table => table.Value));
            Assert.Equal(expected.GetProperty("startTime").GetDouble(), entry.StartTime);
            Assert.Equal(expected.Member("isLeader")?.GetBoolean(), entry.IsLeader);
            Assert.Equal(expected.Member("endTime")?.GetDouble(), entry.EndTime);
        }
        Assert.Equal(message.GetArrayLength() > 2, !request.ExcludedNodes.IsDefault);
        if (!request.ExcludedNodes.IsDefault) Names(message[2], request.ExcludedNodes);
        Assert.True(request.SetupRequestId.IsEmpty);
    }

    private static void Check(JsonElement message, ControlFrame.TableFixedStructure structure)
    {
        var expected = message[1];
        Assert.Equal(message[2].GetInt32(), structure.TableId);
        Assert.Equal(message[3].GetString(), structure.Table.Value);
        Assert.Equal(expected.GetProperty("typedStructs").GetArrayLength(), structure.Structures.TypedStructs.Length);
        foreach (var (slots, typed) in expected.GetProperty("typedStructs").EnumerateArray().Zip(structure.Structures.TypedStructs))
        {
            Assert.Equal(
                slots.EnumerateArray().Select(slot => (slot[0].GetInt32(), slot[1].GetInt32(), slot[2].GetString()!, slot.GetArrayLength() > 3 ? slot[3].GetInt32() : 0)),
                typed.Select(slot => (slot.Type, slot.Size, slot.Name, slot.EnumerationOffset)));
        }
        Assert.Equal(
            expected.GetProperty("structures").EnumerateArray().Select(shape => string.Join(',', shape.EnumerateArray().Select(name => name.GetString()))),
            structure.Structures.Structures.Select(shape => shape.ToString()));
        Assert.Equal(expected.Member("attributes") is not null, !structure.Attributes.IsDefault);
        if (expected.Member("attributes") is { } attributes) Attributes(attributes, structure.Attributes);
        Assert.Equal(expected.Member("schemaDefined")?.GetBoolean() ?? false, structure.SchemaDefined);
    }

    private static void Check(JsonElement message, ControlFrame.GetRecordResponse response)
    {
        Assert.Equal(message[1].GetInt64(), response.RequestId);
        Assert.Equal(message.GetArrayLength() > 2, response.Record is not null);
        if (response.Record is not { } record) return;
        Assert.Equal(message[2].GetProperty("value").GetProperty("$bin").GetString(), Convert.ToHexStringLower(record.Value.Span));
        Assert.Equal(message[2].GetProperty("version").GetDouble(), record.Version);
        Assert.Null(record.ExpiresAt);
        Assert.Null(record.User);
    }

    private static void Tables(JsonElement expected, IReadOnlyList<AnnouncedTable> tables)
    {
        Assert.Equal(expected.GetArrayLength(), tables.Count);
        foreach (var (one, table) in expected.EnumerateArray().Zip(tables))
        {
            Assert.Equal(one.GetProperty("table").GetString(), table.Table.Value);
            Assert.Equal(one.GetProperty("schemaDefined").GetBoolean(), table.SchemaDefined);
            Attributes(one.GetProperty("attributes"), table.Attributes);
        }
    }

    private static void Attributes(JsonElement expected, IReadOnlyList<AnnouncedAttribute> attributes) => Assert.Equal(
        expected.EnumerateArray().Select(one => (one.GetProperty("name").GetString()!, one.Member("type")?.GetString(), one.Member("isPrimaryKey")?.GetBoolean() ?? false)),
        attributes.Select(one => (one.Name, one.Type, one.IsPrimaryKey)));

    private static void Names(JsonElement? expected, IEnumerable<NodeName> names) =>
        Assert.Equal(expected?.EnumerateArray().Select(name => name.GetString()!) ?? [], names.Select(name => name.Value));

    private static void Body(JsonElement expected, long requestId, ReadOnlyMemory<byte> json, string? error, string[] apart)
    {
        Assert.Equal(expected.GetProperty("requestId").GetInt64(), requestId);
        Assert.Equal(expected.Member("error")?.GetString(), error);
        using var body = JsonDocument.Parse(json);
        JsonExpectation.Check(expected, body.RootElement, apart);
    }
}
