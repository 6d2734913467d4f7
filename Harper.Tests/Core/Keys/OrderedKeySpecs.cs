using System.Buffers;
using System.Numerics;
using System.Text;
using System.Text.Json;
using CsCheck;
using Harper.Core.Keys;
using Harper.Core.Values;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Core.Keys;

/// <summary>
/// Proves wire-protocol 4.3: keys are written as the original writes them, and their bytes sort as their values do.
/// </summary>
public class OrderedKeySpecs
{
    private static readonly int Iterations = LongRun.Scale(4_000, 1_000_000);

    private static readonly double[] Extremes =
        [0.0, double.MaxValue, double.MinValue, double.Epsilon, -double.Epsilon, double.PositiveInfinity, double.NegativeInfinity];

    private static readonly Gen<double> AnyNumber = Gen.OneOf(
        Gen.Int.Select(i => (double)i), Gen.Double, Gen.Long.Select(l => (double)l), Gen.Int[-10, 10].Select(i => i / 8.0),
        Gen.Int[0, Extremes.Length - 1].Select(i => Extremes[i]))
        .Where(number => !double.IsNaN(number));

    private static readonly Gen<BigInteger> AnyBigInteger = Gen.OneOf(
        Gen.Byte.Array[1, 40].Select(bytes => new BigInteger(bytes)), Gen.Long.Select(l => new BigInteger(l)),
        Gen.Int[53, 1000].SelectMany(bits => Gen.Int[-3, 3].Select(near => (BigInteger.One << bits) + near)));

    // The order of texts with control characters is the original's own: above 63 units they are not escaped.
    private static readonly Gen<string> AnyText = Gen.String[Gen.Char, 0, 60].Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));

    public static TheoryData<int> Vectors => [.. Enumerable.Range(0, WireVectors.Unit("orderedBinary").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_key_should_be_written_and_read_as_the_original_does(int index)
    {
        var vector = WireVectors.Unit("orderedBinary")[index];
        var json = vector.GetProperty("key");
        var expected = WireVectors.Hex(vector);

        var written = json.ValueKind == JsonValueKind.Object ? BigKey(WireVectors.BigInteger(json)) : KeyCodec.FromJson(json, allowNull: true).Bytes.ToArray();
        Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(written));

        var value = new ArrayBufferWriter<byte>();
        KeyCodec.ToValue(expected, value);
        Assert.Equal(WireVectors.Describe(json), WireVectors.Describe(value.WrittenSpan));
        Assert.True(KeyCodec.IsWellFormed(expected));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_key_of_a_value_should_be_the_key_of_its_json(int index)
    {
        var expected = WireVectors.Hex(WireVectors.Unit("orderedBinary")[index]);
        var value = new ArrayBufferWriter<byte>();
        KeyCodec.ToValue(expected, value);

        var key = new ArrayBufferWriter<byte>();
        Assert.True(KeyCodec.FromValue(value.WrittenSpan, key));
        Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(key.WrittenSpan));
    }

    [Fact]
    public void Numbers_should_sort_as_their_values() =>
        Gen.Select(AnyNumber, AnyNumber).Sample((left, right) =>
            Assert.Equal(Math.Sign(left.CompareTo(right + 0.0)), Math.Sign(KeyCodec.FromNumber(left).CompareTo(KeyCodec.FromNumber(right)))), iter: Iterations);

    [Fact]
    public void Numbers_should_be_read_back_exactly() =>
        AnyNumber.Sample(number => Assert.Equal(number, Values((ref OrderedKeyWriter w) => w.Number(number)).ReadNumber()), iter: Iterations);

    [Fact]
    public void Big_integers_should_sort_among_numbers_and_be_read_back_exactly() =>
        Gen.Select(AnyBigInteger, AnyBigInteger, AnyNumber.Where(double.IsFinite)).Sample((left, right, number) =>
        {
            byte[] leftKey = BigKey(left), rightKey = BigKey(right);
            Assert.Equal(left.CompareTo(right), Math.Sign(leftKey.AsSpan().SequenceCompareTo(rightKey)));
            var integer = Math.Floor(number);
            Assert.Equal(left.CompareTo(new BigInteger(integer)), Math.Sign(leftKey.AsSpan().SequenceCompareTo(KeyCodec.FromNumber(integer).Span)));
            Assert.Equal(left, Values((ref OrderedKeyWriter w) => w.BigInteger(left)).ReadBigInteger());
        }, iter: Iterations);

    [Fact]
    public void Texts_should_sort_by_code_point_and_be_read_back() =>
        Gen.Select(AnyText, AnyText).Sample((left, right) =>
        {
            var order = Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
            Assert.Equal(Math.Sign(order), Math.Sign(KeyCodec.FromText(left).CompareTo(KeyCodec.FromText(right))));
            Assert.Equal(left, Encoding.UTF8.GetString(Values((ref OrderedKeyWriter w) => w.Text(left)).ReadText()));
        }, iter: Iterations);

    [Fact]
    public void Values_of_different_types_should_sort_by_type()
    {
        string[] ascending = ["null", "false", "true", "-1e300", "-1", "0", "1e-300", "1", "12345678901234567890", "1e300", "\"\"", "\"\\u0000\"", "\"\\u001a\"", "\"a\"", "[\"a\",1]", "\"b\""];
        var keys = ascending.Select(text => KeyCodec.FromJson(JsonDocument.Parse(text).RootElement, allowNull: true)).ToArray();
        Assert.Equal(keys, keys.Order());
    }

    [Fact]
    public void Compound_keys_should_sort_element_by_element()
    {
        var part = Gen.OneOf(AnyNumber.Where(double.IsFinite).Select(n => JsonSerializer.Serialize(n)), Gen.String[Gen.Char['a', 'e'], 0, 3].Select(t => JsonSerializer.Serialize(t)));
        Gen.Select(part, part, part, part).Sample((a, b, c, d) =>
        {
            RecordKey left = Json($"[{a},{b}]"), right = Json($"[{c},{d}]");
            var expected = Json(a).CompareTo(Json(c)) is var first and not 0 ? first : Json(b).CompareTo(Json(d));
            // Texts end at a separator that is lower than any of their bytes, so the shorter one is first here too.
            Assert.Equal(Math.Sign(expected), Math.Sign(left.CompareTo(right)));
        }, iter: Iterations);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[[1]]")]
    [InlineData("[{\"a\":1}]")]
    [InlineData("null")]
    public void What_cannot_be_a_key_should_be_refused(string json) => Assert.Throws<KeyFormatException>(() => Json(json));

    [Fact]
    public void A_key_longer_than_the_wire_carries_should_be_refused()
    {
        Assert.Equal(RecordKey.MaxBytes, KeyCodec.FromText(new string('x', RecordKey.MaxBytes)).Length);
        Assert.Throws<KeyFormatException>(() => KeyCodec.FromText(new string('x', RecordKey.MaxBytes + 1)));
    }

    [Fact]
    public void Half_a_surrogate_pair_should_become_the_replacement_character() =>
        Assert.Equal(KeyCodec.FromText("a\uFFFD"), Json("\"a\\ud800\""));

    [Theory]
    [InlineData("80")]
    [InlineData("c403000000")]
    [InlineData("90")]
    [InlineData("919101")]
    [InlineData("91d4726091a16101")]
    [InlineData("d4726091a16101")]
    [InlineData("d40000")]
    [InlineData("cb7ff8000000000000")]
    public void Values_without_an_index_key_should_say_so(string hex)
    {
        var key = new ArrayBufferWriter<byte>();
        Assert.False(KeyCodec.FromValue(Convert.FromHexString(hex), key));
        Assert.Equal(0, key.WrittenCount);
    }

    [Fact]
    public void A_date_should_be_indexed_as_its_milliseconds()
    {
        var value = new ArrayBufferWriter<byte>();
        new ValueWriter(value).Date(1_700_000_000_123);
        Assert.Equal(KeyCodec.FromNumber(1_700_000_000_123), KeyCodec.FromValue(value.WrittenSpan));
    }

    [Fact]
    public void Index_keys_of_plain_values_should_be_made_without_allocation()
    {
        var values = new ArrayBufferWriter<byte>();
        new ValueWriter(values).Text("a quite ordinary text".AsSpan());
        var number = values.WrittenCount;
        new ValueWriter(values).Number(12.5);
        var key = new ArrayBufferWriter<byte>(4096);
        KeyCodec.FromValue(values.WrittenSpan[..number], key);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
        {
            KeyCodec.FromValue(values.WrittenSpan[..number], key);
            KeyCodec.FromValue(values.WrittenSpan[number..], key);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Bytes_that_are_no_key_should_be_refused_by_type_and_never_crash() =>
        Gen.Byte.Array[0, 40].Sample(bytes =>
        {
            var value = new ArrayBufferWriter<byte>();
            if (KeyCodec.IsWellFormed(bytes)) KeyCodec.ToValue(bytes, value);
            else Assert.Throws<KeyFormatException>(() => KeyCodec.ToValue(bytes, value));
        }, iter: Iterations);

    private static RecordKey Json(string text) => KeyCodec.FromJson(JsonDocument.Parse(text).RootElement);

    private static byte[] BigKey(BigInteger number)
    {
        var key = new ArrayBufferWriter<byte>();
        new OrderedKeyWriter(key).BigInteger(number);
        return key.WrittenSpan.ToArray();
    }

    private static ValueReader Values(WriteKey write)
    {
        var key = new ArrayBufferWriter<byte>();
        var writer = new OrderedKeyWriter(key);
        write(ref writer);
        var value = new ArrayBufferWriter<byte>();
        KeyCodec.ToValue(key.WrittenSpan, value);
        return new ValueReader(value.WrittenSpan.ToArray());
    }

    private delegate void WriteKey(ref OrderedKeyWriter writer);
}
