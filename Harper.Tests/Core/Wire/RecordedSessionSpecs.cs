using System.Buffers;
using System.Text.Json;
using Harper.Core.Json;
using Harper.Core.Transactions;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Harper.Core.Wire.Dictionaries;
using Xunit;

namespace Harper.Tests.Core.Wire;

/// <summary>
/// The fourteen recorded sessions, replayed in order with the dictionaries of each sender: every change of every frame in names and values.
/// </summary>
public sealed class RecordedSessionSpecs
{
    public static TheoryData<string> Sessions => [.. WireVectors.Sessions().Select(session => session.Id)];

    [Theory]
    [MemberData(nameof(Sessions))]
    public void A_recorded_session_should_be_understood_whole(string id)
    {
        var session = WireVectors.Sessions().Single(one => one.Id == id);
        var senders = session.Frames.Select(frame => frame.From).Distinct().ToDictionary(from => from, _ => new IncomingChanges(FrameLimits.Default));
        var maps = new Dictionary<string, ControlFrame.NodeNameToIdMap>();
        foreach (var frame in session.Frames)
        {
            if (!frame.IsControl)
            {
                Check(frame, senders[frame.From], maps[frame.From]);
                continue;
            }
            var control = ControlFrameCodec.Decode(frame.Bytes, FrameLimits.Default);
            Assert.Equal(control is ControlFrame.NodeNameToIdMap or ControlFrame.TableFixedStructure, senders[frame.From].Learn(control));
            if (control is ControlFrame.NodeNameToIdMap map) maps[frame.From] = map;
        }
    }

    [Fact]
    public void There_should_be_fourteen_of_them() => Assert.Equal(14, Sessions.Count);

    private static void Check(RecordedFrame frame, IncomingChanges sender, ControlFrame.NodeNameToIdMap map)
    {
        var expected = frame.Decoded.GetProperty("records").EnumerateArray().ToList();
        var received = new List<ReceivedTransaction>();
        try
        {
            sender.Read(frame.Bytes, received);
        }
        catch (FrameError error) when (error.Code == FrameErrorCode.UnknownOrigin)
        {
            // One session sends an origin id that its map does not have, on purpose.
            Assert.Contains(expected, record => !map.Ids.ContainsValue(record.GetProperty("nodeId").GetInt32()));
            return;
        }
        var changes = received.SelectMany(transaction => transaction.Changes).ToList();
        Assert.Equal(expected.Count, changes.Count);
        Assert.Equal(frame.Decoded.Member("sequenceUpdate")?.GetDouble(), received[^1].Position);
        Assert.All(received, transaction => Assert.Null(transaction.Previous));
        foreach (var (record, change) in expected.Zip(changes))
        {
            Assert.Equal(record.GetProperty("version").GetDouble(), change.Stamp.Version);
            Assert.Equal(record.GetProperty("nodeId").GetInt32(), map.Ids[change.Stamp.Origin]);
            Assert.Equal(record.GetProperty("recordIdHex").GetString(), Convert.ToHexStringLower(change.Change.Key.Span));
            if (record.Member("table") is { } table) Assert.Equal(table.GetString(), change.Change.Table.Value);
            CheckKind(record, change);
            if (change.Kind == ReceivedKind.Undecodable)
                // A map at the top level: the original destroys it, we say that it is none of the record encodings, or read it.
                Assert.NotNull(record.Member("valueNote"));
            else if (record.Member("value") is { } value && record.Member("valueNote") is null)
                CheckValue(value, change.Change);
        }
        if (expected.FirstOrDefault().Member("user") is { } user) Assert.Equal(user.GetString(), received[0].User);
    }

    private static void CheckKind(JsonElement record, in ReceivedChange change)
    {
        var type = record.GetProperty("type").GetString();
        if (change.Kind == ReceivedKind.Undecodable) return;
        var kind = type switch
        {
            "message" => ReceivedKind.Message,
            "invalidate" => ReceivedKind.Invalidate,
            _ => (record.GetProperty("action").GetUInt32() & AuditAction.Blobs) != 0 ? ReceivedKind.Blobs : ReceivedKind.Change,
        };
        Assert.Equal(kind, change.Kind);
        var isNil = record.GetProperty("valueHex").GetString() == "c0";
        if (type == "delete" || (type == "put" && isNil)) Assert.Equal(ChangeKind.Delete, change.Change.Kind);
        else if (type == "put") Assert.Equal(ChangeKind.Put, change.Change.Kind);
        else if (type == "patch") Assert.Equal(ChangeKind.Patch, change.Change.Kind);
    }

    private static void CheckValue(JsonElement expected, in Change change)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) JsonRecordWriter.Write(change.Value, json);
        using var actual = JsonDocument.Parse(buffer.WrittenMemory);
        if (expected.ValueKind == JsonValueKind.Null) Assert.Empty(actual.RootElement.EnumerateObject());
        else JsonExpectation.Check(expected, actual.RootElement);
    }
}
