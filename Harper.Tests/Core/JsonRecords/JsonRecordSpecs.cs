using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using Harper.Core.Json;
using Harper.Core.Keys;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Core.JsonRecords;

/// <summary>
/// Proves that records go from JSON to bytes and back as JavaScript would take them (wire-protocol 4.4.2, R-DAT).
/// </summary>
public class JsonRecordSpecs
{
    private static readonly int Iterations = LongRun.Scale(2_000, 500_000);

    [Fact]
    public void Any_object_should_come_back_as_it_was_sent()
    {
        // One reader for all, as a table has it: what it learnt from one record must not show in the next.
        var reader = new JsonRecordReader(new ShapeCache(), new JsonRecordOptions());
        JsonTexts.Objects.Sample(sent =>
        {
            var text = JsonTexts.Serialize(sent);
            var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            json.Read();
            EncodedRecord record;
            lock (reader) record = reader.Read(ref json, new RecordBuffer(16)).Record;
            ValueLength.Check(record.Values.Span, record.Shape.Count);
            using JsonDocument expected = JsonDocument.Parse(text), actual = JsonDocument.Parse(JsonTexts.Write(record));
            Assert.True(JsonElement.DeepEquals(expected.RootElement, actual.RootElement), $"{text}\n{actual.RootElement}");
        }, iter: Iterations);
    }

    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("1e21", "1e+21")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("123456789012345680000", "123456789012345680000")]
    [InlineData("12345678901234567890", "12345678901234567000")]
    [InlineData("1.5e300", "1.5e+300")]
    [InlineData("1e-7", "1e-7")]
    [InlineData("1.25e-7", "1.25e-7")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.00001234", "0.00001234")]
    [InlineData("-1.5e16", "-15000000000000000")]
    [InlineData("0.1", "0.1")]
    [InlineData("123456.789", "123456.789")]
    [InlineData("4294967295", "4294967295")]
    [InlineData("4294967296", "4294967296")]
    [InlineData("-2147483649", "-2147483649")]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("1e400", "null")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    public void A_number_should_be_printed_as_javascript_prints_it(string sent, string printed) =>
        Assert.Equal($"{{\"n\":{printed}}}", JsonTexts.Write(JsonTexts.Read($"{{\"n\":{sent}}}")));

    [Theory]
    [InlineData("31", "1f")]
    [InlineData("32", "cc20")]
    [InlineData("127", "cc7f")]
    [InlineData("128", "cc80")]
    [InlineData("256", "cd0100")]
    [InlineData("65536", "ce00010000")]
    [InlineData("-1", "ff")]
    [InlineData("-33", "d0df")]
    [InlineData("-129", "d1ff7f")]
    [InlineData("-32769", "d2ffff7fff")]
    [InlineData("4294967296", "cb41f0000000000000")]
    [InlineData("1.5", "cb3ff8000000000000")]
    [InlineData("\"\\u0041\\n\"", "a2410a")]
    [InlineData("\"\\ud83d\\ude00\"", "a4f09f9880")]
    [InlineData("\"\\ud83d\"", "a3efbfbd")]
    [InlineData("[1,{\"a\":2},{\"a\":3}]", "9301d4726091a161026003")]
    [InlineData("{\"a\":{\"a\":1}}", "d4726091a161d4726091a16101")]
    [InlineData("{}", "d4726090")]
    public void A_value_should_be_written_in_the_one_form_it_has(string json, string hex) =>
        Assert.Equal(hex, Convert.ToHexStringLower(JsonTexts.Read($"{{\"v\":{json}}}").Values.Span));

    [Fact]
    public void A_body_that_arrives_in_pieces_should_be_read_as_if_it_were_whole() =>
        Gen.Select(JsonTexts.Objects, Gen.Int[1, 9]).Sample((sent, size) =>
        {
            var text = JsonSerializer.SerializeToUtf8Bytes(sent);
            var json = new Utf8JsonReader(JsonTexts.Pieces(text, size));
            json.Read();
            var pieces = new JsonRecordReader(new ShapeCache(), new JsonRecordOptions()).Read(ref json, new RecordBuffer()).Record;
            var whole = JsonTexts.Read(Encoding.UTF8.GetString(text));
            Assert.Equal(whole.Shape, pieces.Shape);
            Assert.True(whole.Values.Span.SequenceEqual(pieces.Values.Span));
        }, iter: Iterations);

    [Fact]
    public void Bytes_that_are_no_utf8_should_become_the_replacement_character()
    {
        byte[] text = [.. "{\"a"u8, 0xFF, .. "\":\"x"u8, 0xC3, .. "\",\"o\":{\"b"u8, 0x80, .. "\":\"\\n"u8, 0xFE, .. "\"}}"u8];
        var json = new Utf8JsonReader(text);
        json.Read();
        var record = new JsonRecordReader(new ShapeCache(), new JsonRecordOptions()).Read(ref json, new RecordBuffer()).Record;
        ValueLength.Check(record.Values.Span, record.Shape.Count);
        Assert.Equal("{\"a\uFFFD\":\"x\uFFFD\",\"o\":{\"b\uFFFD\":\"\\n\uFFFD\"}}", JsonTexts.Write(record));
    }

    [Theory]
    [InlineData("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}")]
    [InlineData("{\"o\":[{\"a\":{\"x\":1},\"a\":2,\"\\u0061\":[]}],\"b\":1}", "{\"o\":[{\"a\":[]}],\"b\":1}")]
    public void Of_an_attribute_given_twice_the_last_value_should_count(string sent, string read) =>
        Assert.Equal(read, JsonTexts.Write(JsonTexts.Read(sent)));

    [Fact]
    public void Many_names_given_twice_should_cost_no_more_than_many_names()
    {
        var names = string.Join(',', Enumerable.Range(0, 30_000).Select(i => $"\"n{i}\":{i}"));
        var record = JsonTexts.Read($"{{\"o\":{{{names},\"n7\":0}},{names},\"n9\":true}}");
        Assert.Equal(30_001, record.Shape.Count);
        Assert.True(RecordReader.TryFind(record, "n9", out var value));
        Assert.Equal(0xC3, value[0]);
    }

    [Fact]
    public void More_different_nested_shapes_than_there_are_ids_should_all_come_back()
    {
        var objects = string.Join(',', Enumerable.Range(0, 100).Select(i => $"{{\"s{i % 50}\":{{\"t{i % 40}\":{i}}}}}"));
        var text = $"{{\"l\":[{objects}]}}";
        Assert.Equal(text, JsonTexts.Write(JsonTexts.Read(text)));
    }

    [Fact]
    public void Records_of_one_shape_should_share_its_instance()
    {
        var records = JsonTexts.ReadAll(["{\"id\":1,\"a\":2}", "{\"id\":2,\"a\":\"x\"}", "{\"a\":1,\"id\":3}", "{\"\\u0069d\":4,\"a\":null}"], new JsonRecordOptions { PrimaryKey = "id" });
        Assert.Same(records[0].Record.Shape, records[1].Record.Shape);
        Assert.Same(records[0].Record.Shape, records[3].Record.Shape);
        Assert.NotEqual(records[0].Record.Shape, records[2].Record.Shape);
        Assert.Equal([1, 2, 3, 4], records.Select(record => new ValueReader(record.Key.Span).ReadNumber()));
    }

    [Fact]
    public void Records_read_later_should_leave_earlier_ones_alone()
    {
        var texts = Enumerable.Range(0, 500).Select(i => $"{{\"id\":{i},\"text\":\"{new string((char)('a' + i % 26), i % 90)}\"}}").ToArray();
        Assert.Equal(texts, JsonTexts.ReadAll(texts).Select(record => JsonTexts.Write(record.Record)));
    }

    [Fact]
    public void Time_slots_should_stand_at_the_end_in_nine_bytes_each()
    {
        var options = new JsonRecordOptions { PrimaryKey = "id", UpdatedTime = "__updatedtime__", CreatedTime = "__createdtime__" };
        var read = JsonTexts.ReadAll(["{\"__createdtime__\":{\"x\":[5]},\"id\":\"k\",\"__updatedtime__\":7}"], options)[0];
        Assert.Equal(["id", "__updatedtime__", "__createdtime__"], read.Record.Shape.Names);
        Assert.Equal("a16bcb0000000000000000cb0000000000000000", Convert.ToHexStringLower(read.Record.Values.Span));
        Assert.Equal(TimeSlots.Updated | TimeSlots.Created, read.Slots);
        Assert.Equal(KeyCodec.FromText("k"), KeyCodec.FromValue(read.Key.Span));
    }

    [Fact]
    public void A_record_without_its_primary_key_should_say_so() =>
        Assert.True(JsonTexts.ReadAll(["{\"a\":1}"], new JsonRecordOptions { PrimaryKey = "id" })[0].Key.IsEmpty);

    [Fact]
    public void A_policy_should_leave_out_convert_and_refuse_attributes()
    {
        var options = new JsonRecordOptions { PrimaryKey = "id", Policy = new TextsOnly() };
        var read = JsonTexts.ReadAll(["{\"secret\":{\"deep\":[1]},\"id\":12.50,\"name\":\"x\"}"], options)[0];
        Assert.Equal("{\"id\":\"12.50\",\"name\":\"x\"}", JsonTexts.Write(read.Record));
        Assert.Equal("12.50", Encoding.UTF8.GetString(new ValueReader(read.Key.Span).ReadText()));
        Assert.Throws<InvalidOperationException>(() => JsonTexts.ReadAll(["{\"forbidden\":1}"], options));
    }

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":[1,{\"b\":2}")]
    [InlineData("{\"a\":tru}")]
    [InlineData("[1]")]
    public void Text_that_is_no_record_should_be_refused(string text) => Assert.ThrowsAny<JsonException>(() => JsonTexts.Read(text));

    [Fact]
    public void Values_nested_deeper_than_64_levels_should_be_refused()
    {
        string Nested(int depth) => $"{{\"a\":{new string('[', depth)}{new string(']', depth)}}}";
        Assert.Equal(Nested(64), JsonTexts.Write(JsonTexts.Read(Nested(64))));
        Assert.Throws<JsonException>(() => JsonTexts.Read(Nested(65)));
    }

    [Fact]
    public void Selected_attributes_should_be_written_in_the_order_asked_for()
    {
        var record = JsonTexts.Read("{\"a\":1,\"b\":[2],\"c\":\"x\"}");
        Assert.Equal("{\"c\":\"x\",\"zzz\":null,\"a\":1}", Select(record, absentAsNull: true, "c", "zzz", "a"));
        Assert.Equal("{\"c\":\"x\",\"a\":1}", Select(record, absentAsNull: false, "c", "zzz", "a"));
    }

    [Fact]
    public void What_json_lacks_should_be_written_as_javascript_writes_it()
    {
        var builder = new RecordBuilder(new ShapeCache());
        builder.Set("date", Value((ValueWriter w) => w.Date(1_700_000_000_123)));
        builder.Set("old", Value((ValueWriter w) => w.Date(-62_198_755_200_000)));
        builder.Set("far", Value((ValueWriter w) => w.Date(8.64e15)));
        builder.Set("never", Value((ValueWriter w) => w.Date(double.NaN)));
        builder.Set("big", Value((ValueWriter w) => w.BigInteger(System.Numerics.BigInteger.Parse("-123456789012345678901234567890"))));
        builder.Set("bytes", Value((ValueWriter w) => w.Binary([1, 2, 255])));
        builder.Set("gone", Value((ValueWriter w) => w.Undefined()));
        builder.Set("nan", Value((ValueWriter w) => w.Number(double.NaN)));
        Assert.Equal(
            "{\"date\":\"2023-11-14T22:13:20.123Z\",\"old\":\"-000001-01-01T00:00:00.000Z\",\"far\":\"+275760-09-13T00:00:00.000Z\",\"never\":null,"
            + "\"big\":-123456789012345678901234567890,\"bytes\":\"AQL/\",\"nan\":null}", JsonTexts.Write(builder.Build()));
    }

    [Fact]
    public void Reading_and_writing_records_of_a_known_shape_should_allocate_only_their_bytes()
    {
        var text = "{\"id\":1234,\"name\":\"Grace\",\"tags\":[\"x\",{\"y\":1.5}],\"ok\":true}"u8.ToArray();
        var reader = new JsonRecordReader(new ShapeCache(), new JsonRecordOptions { PrimaryKey = "id" });
        var buffer = new RecordBuffer(1024 * 1024);
        var output = new ArrayBufferWriter<byte>(1024 * 1024);
        using var writer = new Utf8JsonWriter(output, JsonTexts.Compact);
        void Once()
        {
            var json = new Utf8JsonReader(text);
            json.Read();
            var record = reader.Read(ref json, buffer).Record;
            writer.Reset();
            JsonRecordWriter.Write(record, writer);
        }

        for (var i = 0; i < 100; i++) Once();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Once();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static string Select(in EncodedRecord record, bool absentAsNull, params string[] names)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, JsonTexts.Compact)) JsonRecordWriter.Write(record, new JsonSelection(names, absentAsNull), json);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static byte[] Value(WriteValue write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(new ValueWriter(output));
        return output.WrittenSpan.ToArray();
    }

    private delegate void WriteValue(ValueWriter writer);

    private sealed class TextsOnly : IAttributePolicy
    {
        public AttributeTreatment TreatmentOf(string attribute) => attribute switch
        {
            "secret" => AttributeTreatment.Skip,
            "id" => AttributeTreatment.Convert,
            "forbidden" => throw new InvalidOperationException(),
            _ => AttributeTreatment.Keep,
        };

        public void Write(string attribute, ref Utf8JsonReader json, RecordBuffer values) => new ValueWriter(values).Text(json.ValueSpan);
    }
}
