using System.Buffers;
using System.Globalization;
using System.Numerics;
using CsCheck;
using Harper.Core.Keys;
using Harper.Core.Values;
using Harper.Tests.Core.JsonRecords;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Core.Values;

/// <summary>Proves wire-protocol 4.4.2, and the canonical form of rule 26.</summary>
public class ValueSpecs
{
    private static readonly int Iterations = LongRun.Scale(2_000, 500_000);

    private static readonly ShapeCache Shapes = new();

    [Fact]
    public void Numbers_should_be_read_back_exactly() =>
        Gen.OneOf(Gen.Double, Gen.Int.Select(i => (double)i), Gen.Long.Select(l => (double)l)).Sample(number =>
            Assert.Equal(number, new ValueReader(Write((ValueWriter w) => w.Number(number))).ReadNumber()), iter: Iterations);

    [Fact]
    public void Big_integers_should_be_read_back_exactly_and_stay_big() =>
        Gen.Byte.Array[0, 40].Select(bytes => new BigInteger(bytes)).Sample(number =>
        {
            var reader = new ValueReader(Write((ValueWriter w) => w.BigInteger(number)));
            Assert.Equal(ValueKind.BigInteger, reader.Kind);
            Assert.Equal(number, reader.ReadBigInteger());
        }, iter: Iterations);

    [Fact]
    public void Dates_should_be_read_back_to_the_millisecond() =>
        Gen.OneOf(Gen.Long[-8_640_000_000_000_000, 8_640_000_000_000_000], Gen.Long[0, 4_294_967_295].Select(s => s * 1000), Gen.Long[0, 1L << 34]).Sample(date =>
            Assert.Equal(date, new ValueReader(Write((ValueWriter w) => w.Date(date))).ReadDate()), iter: Iterations);

    [Theory]
    [InlineData("d6ff00000001", 1000.0)]
    [InlineData("d7ff1dcd650000000001", 1125.0)]
    [InlineData("c70cff07735940ffffffffffffffff", -875.0)]
    [InlineData("d4ff00", double.NaN)]
    public void Dates_should_be_read_in_all_their_forms(string hex, double milliseconds) =>
        Assert.Equal(milliseconds, new ValueReader(Convert.FromHexString(hex)).ReadDate());

    [Theory]
    [InlineData("c0", 1)]
    [InlineData("d40000c0", 3)]
    [InlineData("92d4726091a16101600205", 10)]
    [InlineData("81a161a162c0", 5)]
    [InlineData("c7030b0102ffc0", 6)]
    [InlineData("41c0", 1)]
    [InlineData("60c0", 1)]
    public void The_length_of_a_value_should_include_what_is_in_it(string hex, int length) =>
        Assert.Equal(length, ValueLength.Of(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("")]
    [InlineData("cc")]
    [InlineData("a2ff")]
    [InlineData("dbffffffff00")]
    [InlineData("ddffffffff00")]
    [InlineData("dfffffffff00")]
    [InlineData("c6ffffffff00")]
    [InlineData("c9ffffffff00")]
    [InlineData("d472609f")]
    [InlineData("d47205")]
    [InlineData("c1")]
    [InlineData("92c0")]
    public void A_value_that_is_none_should_be_refused_by_type(string hex) =>
        Assert.Throws<ValueFormatException>(() => ValueLength.Of(Convert.FromHexString(hex)));

    [Fact]
    public void An_overlay_should_replace_and_add_attributes()
    {
        EncodedRecord under = JsonTexts.Read("{\"id\":1,\"a\":{\"x\":1},\"b\":2}", shapes: Shapes), over = JsonTexts.Read("{\"c\":[4],\"a\":3}", shapes: Shapes);
        var both = RecordBuilder.Overlay(under, over, Shapes);
        Assert.Equal("{\"id\":1,\"a\":3,\"b\":2,\"c\":[4]}", JsonTexts.Write(both));
        Assert.Same(both.Shape, RecordBuilder.Overlay(under, over, Shapes).Shape);
        Assert.Equal("{\"id\":1,\"b\":2,\"c\":[4]}", JsonTexts.Write(RecordBuilder.Without(both, "a", Shapes)));
        Assert.Equal("{\"c\":[4],\"a\":3}", JsonTexts.Write(RecordBuilder.Overlay(EncodedRecord.Empty, over, Shapes)));
    }

    [Fact]
    public void A_builder_should_put_together_what_it_was_given()
    {
        var builder = new RecordBuilder(Shapes);
        builder.AddAll(JsonTexts.Read("{\"a\":1,\"b\":{\"c\":2}}"));
        builder.SetText("d", "e");
        builder.SetNumber("a", 5);
        builder.SetNull("n");
        builder.SetBoolean("t", true);
        Assert.True(builder.Remove("n"));
        Assert.Equal("{\"a\":5,\"b\":{\"c\":2},\"d\":\"e\",\"t\":true}", JsonTexts.Write(builder.Build()));
        builder.Clear();
        Assert.Equal("{}", JsonTexts.Write(builder.Build()));
    }

    [Fact]
    public void Attributes_should_be_found_by_name()
    {
        var record = JsonTexts.Read("{\"a\":[1,{\"x\":1},{\"x\":2}],\"b\":\"y\",\"c\":3}");
        Assert.True(RecordReader.TryFind(record, "b", out var value));
        Assert.Equal("a179", Convert.ToHexStringLower(value));
        Assert.True(RecordReader.TryFindMemory(record, "c", out var memory));
        Assert.Equal("03", Convert.ToHexStringLower(memory.Span));
        Assert.False(RecordReader.TryFind(record, "d", out _));
    }

    [Theory]
    [InlineData("{\"v\":1}", "{\"v\":1.0}", true)]
    [InlineData("{\"v\":{\"a\":1,\"b\":[{\"c\":2}]}}", "{\"v\":{\"b\":[{\"c\":2}],\"a\":1}}", true)]
    [InlineData("{\"v\":1,\"w\":2}", "{\"w\":2,\"v\":1}", true)]
    [InlineData("{\"v\":1}", "{\"v\":\"1\"}", false)]
    [InlineData("{\"v\":null}", "{}", false)]
    [InlineData("{\"v\":[1,2]}", "{\"v\":[2,1]}", false)]
    [InlineData("{\"v\":[\"ab\",\"c\"]}", "{\"v\":[\"a\",\"bc\"]}", false)]
    public void Records_should_be_equal_by_what_they_mean(string left, string right, bool equal)
    {
        EncodedRecord leftRecord = JsonTexts.Read(left), rightRecord = JsonTexts.Read(right);
        Assert.Equal(equal, ValueComparison.Equal(leftRecord, rightRecord));
        Assert.Equal(equal, Canonical(leftRecord).AsSpan().SequenceEqual(Canonical(rightRecord)));
    }

    [Fact]
    public void An_undefined_attribute_should_equal_an_absent_one()
    {
        var builder = new RecordBuilder(Shapes);
        builder.SetNumber("a", 1);
        builder.Set("b", Write((ValueWriter w) => w.Undefined()));
        Assert.True(ValueComparison.Equal(builder.Build(), JsonTexts.Read("{\"a\":1}")));
    }

    [Theory]
    [InlineData("cf0000000000000001", "01")]
    [InlineData("cb3ff0000000000000", "01")]
    [InlineData("ca3f800000", "01")]
    public void The_canonical_form_should_tell_big_integers_from_numbers_and_nothing_else(string left, string right) =>
        Assert.Equal(!left.StartsWith("cf", StringComparison.Ordinal), ValueComparison.Equal(Convert.FromHexString(left), Convert.FromHexString(right)));

    [Fact]
    public void The_canonical_form_should_not_depend_on_the_order_of_names() =>
        JsonTexts.Objects.Sample(sent =>
        {
            var turned = JsonTexts.Read(JsonTexts.Serialize(Turned(sent)));
            Assert.Equal(Canonical(JsonTexts.Read(JsonTexts.Serialize(sent))), Canonical(turned));
        }, iter: Iterations);

    [Fact]
    public void Values_should_compare_as_their_keys_do()
    {
        var scalar = Gen.OneOf(
            Gen.Int[-3, 3].Select(i => i.ToString(CultureInfo.InvariantCulture)), Gen.OneOf(Gen.Double).Where(double.IsFinite).Select(d => d.ToString("R", CultureInfo.InvariantCulture)),
            Gen.Int[0, 4].Select(i => (string[])["null", "true", "false", "\"\"", "\"ab\""]).Select(all => all[Random.Shared.Next(all.Length)]));
        Gen.Select(scalar, scalar).Sample((left, right) =>
        {
            ReadOnlySpan<byte> leftValue = JsonTexts.Read($"{{\"v\":{left}}}").Values.Span, rightValue = JsonTexts.Read($"{{\"v\":{right}}}").Values.Span;
            Assert.Equal(Math.Sign(KeyOf(leftValue).AsSpan().SequenceCompareTo(KeyOf(rightValue))), Math.Sign(ValueComparison.Compare(leftValue, rightValue)));
        }, iter: Iterations);
    }

    private static byte[] KeyOf(ReadOnlySpan<byte> value)
    {
        var key = new ArrayBufferWriter<byte>();
        KeyCodec.FromValue(value, key);
        return key.WrittenSpan.ToArray();
    }

    private static object? Turned(object? value) => value switch
    {
        Dictionary<string, object?> map => map.Reverse().ToDictionary(pair => pair.Key, pair => Turned(pair.Value)),
        List<object?> list => list.Select(Turned).ToList(),
        _ => value,
    };

    private static byte[] Canonical(in EncodedRecord record)
    {
        var form = new ArrayBufferWriter<byte>();
        CanonicalValue.Append(record, form);
        return form.WrittenSpan.ToArray();
    }

    private static byte[] Write(WriteValue write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(new ValueWriter(output));
        return output.WrittenSpan.ToArray();
    }

    private delegate void WriteValue(ValueWriter writer);
}
