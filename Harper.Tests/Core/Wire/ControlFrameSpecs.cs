using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Values;
using Harper.Core.Positions;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Records;
using Xunit;

namespace Harper.Tests.Core.Wire;

/// <summary>Control messages: all that the original sends is read as recorded, and what we send comes back. Proves rules 17 and 21 on the wire.</summary>
public sealed class ControlFrameSpecs
{
    /// <summary>What a peer says of itself is kept with positions: it is bounded, and too much of it counts as nothing.</summary>
    [Fact]
    public void A_map_that_names_more_tables_than_are_kept_should_let_nothing_pass()
    {
        var map = new ControlFrame.NodeNameToIdMap(ImmutableDictionary<NodeName, int>.Empty, [])
        {
            Offered = Harper.Core.Membership.TableFilter.AllBut(Enumerable.Range(0, 1025).Select(number => new TableName($"table{number}"))),
        };
        var read = Assert.IsType<ControlFrame.NodeNameToIdMap>(ControlFrameCodec.Decode(ControlFrameCodec.Encode(map), FrameLimits.Default));
        Assert.True(read.Offered!.IsNone);
    }

    [Fact]
    public void Every_unit_vector_should_decode_to_what_it_says()
    {
        foreach (var vector in WireVectors.Unit("controlMessages").EnumerateArray())
            ControlFrameExpectation.Check(vector.GetProperty("message"), Decode(Convert.FromHexString(vector.GetProperty("hex").GetString()!)));
    }

    [Fact]
    public void Every_recorded_control_frame_should_decode_to_what_it_says_and_survive_our_encoding()
    {
        var count = 0;
        foreach (var recorded in WireVectors.Frames().Where(frame => frame.IsControl))
        {
            Assert.True(ControlFrameCodec.IsControl(recorded.Bytes));
            var message = recorded.Decoded.GetProperty("message");
            var frame = Decode(recorded.Bytes);
            ControlFrameExpectation.Check(message, frame);
            ControlFrameExpectation.Check(message, Decode(ControlFrameCodec.Encode(frame)));
            count++;
        }
        Assert.Equal(174, count);
    }

    [Fact]
    public void What_has_no_optional_members_should_be_encoded_byte_for_byte_as_the_original_does()
    {
        foreach (var recorded in WireVectors.Frames().Where(frame => frame.IsControl))
            if (Decode(recorded.Bytes) is ControlFrame.SequenceIdUpdate or ControlFrame.CommittedUpdate or ControlFrame.NodeNameToIdMap or ControlFrame.Disconnect)
                Assert.Equal(Convert.ToHexString(recorded.Bytes), Convert.ToHexString(ControlFrameCodec.Encode(Decode(recorded.Bytes))));
    }

    public static TheoryData<string> Names => [.. Ours().Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_we_send_should_come_back(string name)
    {
        var bytes = ControlFrameCodec.Encode(Ours()[name]);
        var decoded = Decode(bytes);
        Assert.Equal(Ours()[name].GetType(), decoded.GetType());
        Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(ControlFrameCodec.Encode(decoded)));
    }

    /// <summary>Rule 15: seen from an original whose stored position was damaged; what is refused it says again for ever.</summary>
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1.5)]
    public void A_start_that_is_no_time_should_ask_for_everything(double damaged)
    {
        var entry = new SubscriptionEntry(new NodeName("127.0.0.2"), damaged, true, [], null, null, null);
        var back = Assert.IsType<ControlFrame.SubscriptionRequest>(ControlFrameCodec.Decode(ControlFrameCodec.Encode(new ControlFrame.SubscriptionRequest([entry], default, default)), FrameLimits.Default));
        Assert.Equal(0, back.Entries.Single().StartTime);
    }

    [Fact]
    public void Our_announcement_should_be_the_sixth_element_and_come_back_whole()
    {
        var bytes = ControlFrameCodec.Encode(Ours()["NODE_NAME of ours"]);
        Assert.Equal(0x96, bytes[0]);
        var name = Assert.IsType<ControlFrame.PeerName>(Decode(bytes));
        Assert.Null(name.V5);
        Assert.Equal(WireCapabilities.All, name.Announcement!.Capabilities);
        Assert.Equal(Node, name.Announcement.NodeId);
        Assert.Equal(Incarnation, name.Announcement.Incarnation);
        Assert.Equal(1795418215493.6653, name.Announcement.Head);
        Assert.Equal(7.5, name.Announcement.Through);
    }

    [Fact]
    public void A_copy_of_ours_should_state_vector_floor_and_incarnation_where_originals_do_not_look()
    {
        var bytes = ControlFrameCodec.Encode(Ours()["COPY_START of ours"]);
        Assert.Equal("94cc94cb427a20743d445aa501", Convert.ToHexStringLower(bytes.AsSpan(0, 13)));
        var start = Assert.IsType<ControlFrame.CopyStart>(Decode(bytes));
        Assert.Equal(2, start.Source!.Vector.Count);
        Assert.Equal(12.25, start.Source.Vector[new NodeName("a")]);
        Assert.Equal(3, start.Source.Floor[new NodeName("b")]);
        Assert.Equal(Incarnation, start.Source.Incarnation);
    }

    [Fact]
    public void An_operation_should_pass_as_JSON_unchanged()
    {
        var json = """{"operation":"insert","records":[{"a":-1,"b":1.5,"c":[true,null,"ü€😀"],"big":9007199254740993,"far":4294967296}],"empty":{},"list":[]}""";
        var request = Assert.IsType<ControlFrame.OperationRequest>(
            Decode(ControlFrameCodec.Encode(new ControlFrame.OperationRequest(77, Encoding.UTF8.GetBytes(json)))));
        Assert.Equal(77, request.RequestId);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(request.Json.Span)), Encoding.UTF8.GetString(request.Json.Span));
        Assert.Contains("9007199254740993", Encoding.UTF8.GetString(request.Json.Span), StringComparison.Ordinal);
        var failed = Assert.IsType<ControlFrame.OperationResponse>(
            Decode(ControlFrameCodec.Encode(new ControlFrame.OperationResponse(78, default, "HdbError: no"))));
        Assert.Equal("HdbError: no", failed.Error);
        var list = Assert.IsType<ControlFrame.OperationResponse>(
            Decode(ControlFrameCodec.Encode(new ControlFrame.OperationResponse(79, "[1,2]"u8.ToArray()))));
        Assert.Equal("""{"results":[1,2]}""", Encoding.UTF8.GetString(list.Json.Span));
    }

    [Theory]
    [InlineData("91cca0")]
    [InlineData("93ccfaa161d40000")]
    [InlineData("92cd012c01")]
    [InlineData("92cc90c0")]
    [InlineData("92cc90d40000")]
    [InlineData("91cc8f")]
    public void An_unknown_command_and_a_position_that_is_none_should_be_stepped_over(string hex) =>
        Assert.IsType<ControlFrame.Unknown>(Decode(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("92cc8fcf0000000000000007", 7)]
    [InlineData("92cc8fca40e00000", 7)]
    [InlineData("92cb4061e0000000000007", 7)]
    public void Integers_should_be_taken_as_floats_and_floats_as_integers(string hex, double position) =>
        Assert.Equal(position, Assert.IsType<ControlFrame.SequenceIdUpdate>(Decode(Convert.FromHexString(hex))).Position);

    [Theory]
    [InlineData("", FrameErrorCode.Truncated)]
    [InlineData("90", FrameErrorCode.Malformed)]
    [InlineData("91", FrameErrorCode.Truncated)]
    [InlineData("92cc8f", FrameErrorCode.Truncated)]
    [InlineData("91cc94", FrameErrorCode.Malformed)]
    [InlineData("92cc8fa161", FrameErrorCode.Malformed)]
    [InlineData("92cc8fcb7ff8000000000000", FrameErrorCode.Malformed)]
    [InlineData("91cc8e00", FrameErrorCode.Malformed)]
    [InlineData("92cc81ddffffffff", FrameErrorCode.Truncated)]
    [InlineData("92cc81dc0010", FrameErrorCode.Truncated)]
    [InlineData("93cc8ddfffffffff90", FrameErrorCode.Truncated)]
    [InlineData("92ccc8c6ffffffff", FrameErrorCode.Truncated)]
    public void What_is_no_control_message_should_be_a_typed_error(string hex, FrameErrorCode code) =>
        Assert.Equal(code, Assert.Throws<FrameError>(() => Decode(Convert.FromHexString(hex))).Code);

    [Fact]
    public void Nesting_and_counts_should_be_bounded()
    {
        byte[] deep = [0x92, 0xcc, 0xc8, .. Enumerable.Repeat((byte)0x91, 10_000), 0xc0];
        Assert.Equal(FrameErrorCode.TooDeep, Assert.Throws<FrameError>(() => Decode(deep)).Code);
        byte[] operation = [0x92, 0xcc, 0x88, 0x81, 0xa1, 0x61, .. Enumerable.Repeat((byte)0x91, 10_000), 0xc0];
        Assert.Equal(FrameErrorCode.TooDeep, Assert.Throws<FrameError>(() => Decode(operation)).Code);
        byte[] many = [0x92, 0xcc, 0xc8, 0xdc, 0x08, 0x00, .. Enumerable.Repeat((byte)0xc0, 2048)];
        Assert.Equal(FrameErrorCode.TooLarge, Assert.Throws<FrameError>(() => ControlFrameCodec.Decode(many, FrameLimits.BeforeIdentity)).Code);
        Assert.Equal(FrameErrorCode.TooLarge, Assert.Throws<FrameError>(() => ControlFrameCodec.Decode(new byte[4097], FrameLimits.BeforeIdentity)).Code);
    }

    private static readonly Guid Node = Guid.Parse("11111111-2222-3333-4444-555555555555");
    private static readonly Guid Incarnation = Guid.Parse("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");

    private static ControlFrame Decode(byte[] bytes) => ControlFrameCodec.Decode(bytes, FrameLimits.Default);

    private static Dictionary<string, ControlFrame> Ours()
    {
        NodeName a = new("a"), b = new("b");
        var table = new AnnouncedTable(
            new TableName("dog"), true, [new("id", "ID", true), new("at", null, false, true, false, 2, "Int")],
            new AnnouncedOptions(Incarnation, true, false, false, 60, 1.5, 7, true));
        var vector = ImmutableDictionary<NodeName, double>.Empty.Add(a, 12.25).Add(b, 1795418215493.6653);
        return new Dictionary<string, ControlFrame>
        {
            ["SUBSCRIPTION_REQUEST of 4.7"] = new ControlFrame.SubscriptionRequest([new(a, 0), new(b, 12.5, false, [new("t")], true, 99)]),
            ["SUBSCRIPTION_REQUEST of ours"] = new ControlFrame.SubscriptionRequest(
                [new(a, 0, CopyResume: new CopyResume(5, new("t"), KeyCodec.FromText("k"), 1) { Since = 4 }), new(b, 3, CopyResume: new CopyResume(5, null, null, 1) { Number = 3 })],
                [a, b], new byte[] { 0xcd, 1, 2 }),
            ["SUBSCRIPTION_REQUEST with an id only"] = new ControlFrame.SubscriptionRequest([], default, new byte[] { 0xa1, 0x78 }),
            ["RESIDENCY_LIST"] = new ControlFrame.ResidencyList([a, b], 70000),
            ["TABLE_FIXED_STRUCTURE"] = new ControlFrame.TableFixedStructure(
                99, new("dog"), new TableStructures([[new TypedSlot(1, 2, "n", -3)]], [new Shape(["id", "age"])]), [new("id", "ID", true)], true),
            ["TABLE_FIXED_STRUCTURE for a record"] = new ControlFrame.TableFixedStructure(9, new("dog"), TableStructures.Empty),
            ["GET_RECORD"] = new ControlFrame.GetRecord(1, 2, KeyCodec.FromNumber(-12.5), new("dog")),
            ["GET_RECORD_RESPONSE"] = new ControlFrame.GetRecordResponse(1, new FetchedRecord(new byte[] { 1, 2 }, 5.5, 6, 7, 8, "admin")),
            ["GET_RECORD_RESPONSE failed"] = new ControlFrame.GetRecordResponse(1, Error: "no"),
            ["GET_RECORD_RESPONSE not found"] = new ControlFrame.GetRecordResponse(1),
            ["OPERATION_REQUEST"] = new ControlFrame.OperationRequest(3, "{\"operation\":\"add_node_back\"}"u8.ToArray()),
            ["OPERATION_RESPONSE"] = new ControlFrame.OperationResponse(3, "{\"nodeName\":\"a\"}"u8.ToArray()),
            ["NODE_NAME of 4.7"] = new ControlFrame.PeerName(a, new("data"), [table with { Options = null }]),
            ["NODE_NAME of v5"] = new ControlFrame.PeerName(a, new("data"), [], new V5Capabilities(true, 5000)),
            ["NODE_NAME of ours"] = new ControlFrame.PeerName(
                a, new("data"), [table], null, new PeerAnnouncement(WireCapabilities.All, Node, Incarnation, 1795418215493.6653, 7.5)),
            ["NODE_NAME_TO_ID_MAP"] = new ControlFrame.NodeNameToIdMap(ImmutableDictionary<NodeName, int>.Empty.Add(a, 0).Add(b, 300), [a]),
            ["NODE_NAME_TO_ID_MAP of ours that leaves something out"] = new ControlFrame.NodeNameToIdMap(ImmutableDictionary<NodeName, int>.Empty.Add(a, 0), [a])
            {
                Offered = Harper.Core.Membership.TableFilter.AllBut([new("dog")]), Covers = ImmutableDictionary<NodeName, Harper.Core.Membership.TableFilter>.Empty.Add(b, Harper.Core.Membership.TableFilter.None),
                Parts = OriginParts.None.Raised(b, new("dog"), 1795418215493.6653), Through = ImmutableDictionary<NodeName, double>.Empty.Add(b, 1795418215494),
            },
            ["DISCONNECT"] = ControlFrame.Disconnect.Instance,
            ["SEQUENCE_ID_UPDATE"] = new ControlFrame.SequenceIdUpdate(1795418215493.6653),
            ["COMMITTED_UPDATE"] = new ControlFrame.CommittedUpdate(1795418215493),
            ["DB_SCHEMA of ours"] = new ControlFrame.DbSchema([table], new("data"), new byte[] { 0x05 }),
            ["BLOB_CHUNK"] = new ControlFrame.BlobChunk("1a", 70000, true, "x", new byte[300], "t1", "ENOENT"),
            ["SUBSCRIPTION_UPDATE"] = new ControlFrame.SubscriptionUpdate([a], [b]),
            ["COPY_START"] = new ControlFrame.CopyStart(1795418215493.6653, 1),
            ["COPY_START of ours"] = new ControlFrame.CopyStart(1795418215493.6653, 1, new CopySource(vector, vector.SetItem(b, 3), Incarnation, 4711)),
            ["COPY_START of ours that answers"] = new ControlFrame.CopyStart(1795418215493.6653, 1, new CopySource(vector, vector, Incarnation) { Only = Harper.Core.Membership.TableFilter.Only([new("dog")]), Answers = 3 }),
            ["COPY_COMPLETE"] = new ControlFrame.CopyComplete(),
            ["COPY_COMPLETE of ours"] = new ControlFrame.CopyComplete(1795418215493.6653),
            ["COPY_COMPLETE of ours with its vector"] = new ControlFrame.CopyComplete(1795418215493.6653, vector),
            ["BYTE_CREDIT"] = new ControlFrame.ByteCredit(1L << 40),
        };
    }
}
