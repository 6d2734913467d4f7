using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Harper.Bench.Load;

namespace Harper.Bench.Measure;

/// <summary>
/// What a table holds, as any client can read it: how many records, and the sum of the hashes of each, attributes in the order of their names. Two nodes
/// hold the same when both are equal, in whatever order they answer.
/// </summary>
internal readonly record struct TableDigest(long Records, UInt128 Sum)
{
    public static TableDigest Read(BenchClient node, BenchTable table) => Read(node, table.ReadAll);

    public static TableDigest Read(BenchClient node, string search)
    {
        using var body = node.Open(search);
        var (records, sum) = (0L, UInt128.Zero);
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer);
        var reading = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(body).ToBlockingEnumerable();
        foreach (var record in reading)
        {
            buffer.ResetWrittenCount();
            writer.Reset();
            WriteSorted(writer, record);
            writer.Flush();
            sum += BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(buffer.WrittenSpan));
            records++;
        }

        return new TableDigest(records, sum);
    }

    private static void WriteSorted(Utf8JsonWriter writer, JsonElement record)
    {
        writer.WriteStartObject();
        foreach (var property in record.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal)) property.WriteTo(writer);
        writer.WriteEndObject();
    }
}
