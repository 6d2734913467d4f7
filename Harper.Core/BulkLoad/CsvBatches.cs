using System.Buffers;
using System.Text.Json;
using Harper.Core.Operations;
using Harper.Core.Schema;

namespace Harper.Core.BulkLoad;

/// <summary>So many records as a JSON array, ready to be written as one transaction.</summary>
public readonly record struct RecordBatch(ReadOnlyMemory<byte> Json, int Count);

/// <summary>Turns the rows of a CSV file into batches of records. The first row names the attributes; extra cells are dropped.</summary>
public sealed class CsvBatches(TableDefinition table, int maxRecords, int maxBytes)
{
    private const int MaxNameLength = 250;

    /// <summary>The header's names, checked against the name rule (R-SCH-09), with the types of declared attributes.</summary>
    public (string Name, string? Type)[] Header(string[] row) => Array.ConvertAll(row, cell =>
    {
        var name = cell.Trim();
        if (name.Length is 0 or > MaxNameLength || name.AsSpan().ContainsAny('/', '`'))
            throw OperationError.Bad($"Invalid column name '{name}', cancelling load operation");
        return (name, table.Find(name)?.Type);
    });

    /// <summary>Reads to the end without encoding anything: the header is checked and the records are counted.</summary>
    public int Count(IEnumerable<string[]> rows)
    {
        var count = -1;
        foreach (var row in rows)
            if (++count == 0) Header(row);
        return Math.Max(0, count);
    }

    public IEnumerable<RecordBatch> Read(IEnumerable<string[]> rows)
    {
        (string Name, string? Type)[]? header = null;
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        var count = 0;
        foreach (var row in rows)
        {
            if (header is null)
            {
                header = Header(row);
                continue;
            }

            if (count == 0) json.WriteStartArray();
            WriteRecord(json, header, row);
            count++;
            if (count < maxRecords && buffer.WrittenCount + json.BytesPending < maxBytes) continue;
            yield return End(json, buffer, ref count);
        }

        if (count > 0) yield return End(json, buffer, ref count);
    }

    private static RecordBatch End(Utf8JsonWriter json, ArrayBufferWriter<byte> buffer, ref int count)
    {
        json.WriteEndArray();
        json.Flush();
        var batch = new RecordBatch(buffer.WrittenSpan.ToArray(), count);
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        count = 0;
        return batch;
    }

    private static void WriteRecord(Utf8JsonWriter json, (string Name, string? Type)[] header, string[] row)
    {
        json.WriteStartObject();
        for (var i = 0; i < header.Length && i < row.Length; i++)
        {
            json.WritePropertyName(header[i].Name);
            CellCoercion.Write(json, row[i], header[i].Type);
        }

        json.WriteEndObject();
    }
}
