using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;
using Harper.Core.Json;
using Harper.Core.Values;

namespace Harper.Tests.Core.JsonRecords;

/// <summary>JSON as clients send it, and the ways between it and records.</summary>
internal static class JsonTexts
{
    public static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Gen<string> Name = Gen.OneOf(Gen.Char['a', 'e'].Select(c => c.ToString()), Gen.String[Gen.Char, 0, 40].Select(Valid));

    private static readonly Gen<object?> Scalar = Gen.OneOf(
        Gen.Int.Select(i => (object?)(double)i), Gen.Int[-200, 300].Select(i => (object?)(double)i), Gen.Double.Where(double.IsFinite).Select(d => (object?)(d + 0.0)),
        Gen.Bool.Select(b => (object?)b), Gen.String[Gen.Char, 0, 300].Select(text => (object?)Valid(text)),
        Gen.String[Gen.Char[' ', '~'], 0, 50].Select(text => (object?)text), Gen.Bool.Select(_ => (object?)null));

    /// <summary>Objects of any content, as dictionaries, lists, texts, doubles, booleans and null.</summary>
    public static readonly Gen<Dictionary<string, object?>> Objects = Gen.Dictionary(Name, Values(3))[0, 12];

    public static string Serialize(object? value) => JsonSerializer.Serialize(value, Options);

    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static EncodedRecord Read(string json, JsonRecordOptions? options = null, ShapeCache? shapes = null) =>
        ReadAll([json], options, shapes)[0].Record;

    public static JsonRecord[] ReadAll(string[] texts, JsonRecordOptions? options = null, ShapeCache? shapes = null)
    {
        var reader = new JsonRecordReader(shapes ?? new ShapeCache(), options ?? new JsonRecordOptions());
        var buffer = new RecordBuffer(64);
        return [.. texts.Select(text =>
        {
            var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = 1000 });
            json.Read();
            return reader.Read(ref json, buffer);
        })];
    }

    public static string Write(in EncodedRecord record)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, Compact)) JsonRecordWriter.Write(record, json);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The bytes as a sequence of segments of one size.</summary>
    public static ReadOnlySequence<byte> Pieces(byte[] bytes, int size)
    {
        var first = new Piece(bytes.AsMemory(0, Math.Min(size, bytes.Length)), 0);
        var last = first;
        for (var at = size; at < bytes.Length; at += size) last = last.Append(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private static Gen<object?> Values(int depth) => depth == 0 ? Scalar : Gen.Frequency(
        (6, Scalar),
        (1, Gen.Dictionary(Name, Values(depth - 1))[0, 5].Select(value => (object?)value)),
        (1, Values(depth - 1).List[0, 5].Select(value => (object?)value)));

    // Halves of surrogate pairs do not survive UTF-8.
    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
