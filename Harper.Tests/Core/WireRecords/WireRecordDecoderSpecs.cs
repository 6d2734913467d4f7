using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Harper.Core.Values;
using Harper.Core.Wire.Records;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Core.WireRecords;

/// <summary>Proves wire-protocol 4.4: every record that the original was seen to send is read as what it says.</summary>
public class WireRecordDecoderSpecs
{
    private readonly RecordBuffer _buffer = new();

    public static TheoryData<int> TypedStructs => [.. Enumerable.Range(0, WireVectors.Unit("typedStructs").GetArrayLength())];

    public static TheoryData<int> ClassicRecords => [.. Enumerable.Range(0, WireVectors.Unit("classicRecords").GetProperty("cases").GetArrayLength())];

    public static TheoryData<string> Sessions => [.. WireVectors.Root.GetProperty("sessions").EnumerateArray().Select(session => session.GetProperty("id").GetString()!)];

    [Theory]
    [MemberData(nameof(TypedStructs))]
    public void A_typed_struct_should_be_read_as_what_was_written(int index)
    {
        var vector = WireVectors.Unit("typedStructs")[index];
        var record = WireRecordDecoder.Decode(WireVectors.Hex(vector), Structures(vector), _buffer);
        // The original's reader itself does not always give the attributes in the order in which they were written.
        Assert.Equal(Sorted(WireVectors.Describe(vector.GetProperty("value"))), Sorted(WireVectors.Describe(record.Record)));
        ValueLength.Check(record.Record.Values.Span, record.Record.Shape.Count);
    }

    [Theory]
    [MemberData(nameof(ClassicRecords))]
    public void A_record_of_a_shared_structure_should_be_read_as_what_was_written(int index)
    {
        var vectors = WireVectors.Unit("classicRecords");
        var vector = vectors.GetProperty("cases")[index];
        var record = WireRecordDecoder.Decode(WireVectors.Hex(vector), Structures(vectors), _buffer);
        Assert.Equal(WireVectors.Describe(vector.GetProperty("value")), WireVectors.Describe(record.Record));
        ValueLength.Check(record.Record.Values.Span, record.Record.Shape.Count);
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Every_record_of_a_recorded_session_should_be_read_as_what_it_says(string id)
    {
        var session = WireVectors.Root.GetProperty("sessions").EnumerateArray().First(candidate => candidate.GetProperty("id").GetString() == id);
        var structures = new Dictionary<(string, int), RecordStructures>();
        foreach (var frame in session.GetProperty("frames").EnumerateArray())
        {
            if (!frame.TryGetProperty("decoded", out var decoded)) continue;
            var from = frame.GetProperty("from").GetString()!;
            if (decoded.GetProperty("kind").GetString() == "control" && decoded.GetProperty("command").GetInt32() == 132)
                structures[(from, decoded.GetProperty("message")[2].GetInt32())] = Structures(decoded.GetProperty("message")[1]);
            if (decoded.GetProperty("kind").GetString() != "data") continue;
            foreach (var record in decoded.GetProperty("records").EnumerateArray())
                CheckRecord(record, structures.GetValueOrDefault((from, record.GetProperty("tableId").GetInt32()), RecordStructures.None));
        }
    }

    [Fact]
    public void A_blob_should_be_kept_and_reported()
    {
        var structures = new RecordStructures([], [["id", "data"]], new ShapeCache());
        var record = WireRecordDecoder.Decode(Convert.FromHexString("40a16dc7150b93de0002a474797065a0a473697a65cd4e2000a131"), structures, _buffer);
        Assert.True(record.ContainsBlob);
        Assert.Equal("{id:\"m\",data:blob}", WireVectors.Describe(record.Record));
    }

    [Fact]
    public void The_structures_of_a_message_should_be_read_from_its_bytes()
    {
        var structures = RecordStructures.Read(
            Convert.FromHexString("91929300" + "04a2696494" + "0102a46e69636bfd"), Convert.FromHexString("9192a161a162"), new ShapeCache());
        Assert.Equal([new TypedSlot(0, 4, "id"), new TypedSlot(1, 2, "nick", -3)], structures.TypedStructs[0]);
        Assert.Equal(["a", "b"], structures.Structures[0]);
    }

    [Theory]
    [InlineData("82a26964a161a16e05", "{id:\"a\",n:5}")]
    [InlineData("de0001a26964a161", "{id:\"a\"}")]
    [InlineData("d4724191a16191d4726091a16201", "{a:[{b:1};]}")]
    [InlineData("d4724192a161a16292d4726191a1780161027f", "{a:[{x:1};{x:2};],b:127}")]
    [InlineData("d4724191a16182a178d4726091a16301a1796002", "{a:{x:{c:1},y:{c:2}}}")]
    [InlineData("d4724191a161d47300920102", "{a:[1;2;]}")]
    [InlineData("d4724191a16181" + "05c3", "{a:{5:true}}")]
    public void Records_with_names_in_place_and_maps_should_be_read(string hex, string expected)
    {
        var record = WireRecordDecoder.Decode(Convert.FromHexString(hex), RecordStructures.None, _buffer);
        Assert.Equal(expected, WireVectors.Describe(record.Record));
        ValueLength.Check(record.Record.Values.Span, record.Record.Shape.Count);
    }

    [Theory]
    [InlineData("c0")]
    [InlineData("")]
    public void Nil_should_be_a_record_that_is_none(string hex) =>
        Assert.True(WireRecordDecoder.Decode(Convert.FromHexString(hex), RecordStructures.None, _buffer).IsNil);

    [Theory]
    [InlineData("20", "typed struct nobody announced")]
    [InlineData("40", "structure nobody announced")]
    [InlineData("05", "a number")]
    [InlineData("d4724192a161a1610102", "an attribute twice")]
    [InlineData("d4724191a1610102", "bytes behind the end")]
    [InlineData("d4724191a161c1", "no token")]
    [InlineData("d4724191a161d47800a16100", "a regular expression")]
    [InlineData("d57241609100", "an id of two bytes")]
    [InlineData("d4724191a161dd7fffffff", "an array larger than the message")]
    [InlineData("d4724191a161c97fffffff42", "a big integer larger than the message")]
    public void What_is_no_record_should_be_refused(string hex, string what)
    {
        _ = what;
        Assert.Throws<ValueFormatException>(() => WireRecordDecoder.Decode(Convert.FromHexString(hex), RecordStructures.None, _buffer));
    }

    [Fact]
    public void Values_nested_too_deep_should_be_refused()
    {
        byte[] Nested(int depth) => [.. Convert.FromHexString("d4724191a161"), .. Enumerable.Repeat((byte)0x91, depth), 1];
        WireRecordDecoder.Decode(Nested(ValueReader.MaxDepth), RecordStructures.None, _buffer);
        Assert.Throws<ValueFormatException>(() => WireRecordDecoder.Decode(Nested(ValueReader.MaxDepth + 1), RecordStructures.None, _buffer));
        Assert.Throws<ValueFormatException>(() => WireRecordDecoder.Decode(Nested(1_000_000), RecordStructures.None, _buffer));
    }

    [Fact]
    public void Text_that_is_no_utf8_should_become_valid() =>
        Assert.Equal("{a:\"x\uFFFDy\"}", WireVectors.Describe(WireRecordDecoder.Decode(Convert.FromHexString("d4724191a161a378ff79"), RecordStructures.None, _buffer).Record));

    private void CheckRecord(JsonElement record, RecordStructures structures)
    {
        if (!record.TryGetProperty("value", out var value) || value.ValueKind == JsonValueKind.Null) return;
        // The note taken of a plain map is another one than of an object; what matters is that it is read.
        var decoded = WireRecordDecoder.Decode(WireVectors.Hex(record, "valueHex"), structures, _buffer);
        if (value.TryGetProperty("$map", out _)) Assert.NotEqual(0, decoded.Record.Shape.Count);
        else Assert.Equal(WithoutCertificates(WireVectors.Describe(value)), WithoutCertificates(WireVectors.Describe(decoded.Record)));
        ValueLength.Check(decoded.Record.Values.Span, decoded.Record.Shape.Count);
    }

    private static string Sorted(string description) => string.Join(',', description.Trim('{', '}').Split(',').Order(StringComparer.Ordinal));

    // The vectors name certificates by their length only.
    private static string WithoutCertificates(string description) =>
        Regex.Replace(description, "\"(<PEM [^\"]*|-----BEGIN [^\"]*)\"", "PEM");

    internal static RecordStructures Structures(JsonElement definitions)
    {
        var typed = definitions.TryGetProperty("typedStructs", out var list)
            ? list.EnumerateArray().Select(slots => slots.EnumerateArray().Select(Slot).ToImmutableArray()).ToImmutableArray() : [];
        var shared = definitions.GetProperty("structures").EnumerateArray()
            .Select(names => names.EnumerateArray().Select(name => name.GetString()!).ToImmutableArray()).ToImmutableArray();
        return new RecordStructures(typed, shared, new ShapeCache());
    }

    private static TypedSlot Slot(JsonElement slot) =>
        new(slot[0].GetInt32(), slot[1].GetInt32(), slot[2].GetString()!, slot.GetArrayLength() > 3 ? slot[3].GetInt32() : 0);
}
