using System.Text.Json;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>
/// Turns JSON objects into records without an object per value. One instance per table definition, shared by all requests: it
/// learns the shapes that arrive, and expects the next record to look like the last. Thread-safe.
/// </summary>
public sealed class JsonRecordReader
{
    // What clients may teach a reader: more places or longer names than this are read, but not remembered.
    private const int MaxNodes = 32 * 1024;
    private const int LongestName = 256;

    private readonly ShapeNode _root;
    private int _nodes;

    public JsonRecordReader(ShapeCache shapes, JsonRecordOptions options)
    {
        Shapes = shapes;
        Options = options;
        Slots = (options.UpdatedTime is null ? 0 : TimeSlots.Updated) | (options.CreatedTime is null ? 0 : TimeSlots.Created);
        _root = new ShapeNode(this);
    }

    /// <summary>The time slots at the end of every record that this reader makes.</summary>
    public TimeSlots Slots { get; }

    internal ShapeCache Shapes { get; }

    internal JsonRecordOptions Options { get; }

    /// <summary>
    /// Reads the object under the reader (on its StartObject; left on its EndObject) as the next record of the buffer.
    /// </summary>
    /// <exception cref="JsonException">The text is no JSON, or deeper than 64 levels.</exception>
    public JsonRecord Read(ref Utf8JsonReader json, RecordBuffer buffer)
    {
        if (json.TokenType != JsonTokenType.StartObject) throw new JsonException("A record is a JSON object.");
        var start = json;
        if (TryRead(ref json, buffer, out var record)) return record;
        // An attribute stands twice: the last value counts. Rare enough to read the record again without the others.
        json = start;
        var reader = new Utf8JsonReader(JsonDuplicates.Remove(ref json));
        reader.Read();
        TryRead(ref reader, buffer, out record);
        return record;
    }

    internal AttributeTreatment TreatmentOf(string name) =>
        name == Options.UpdatedTime || name == Options.CreatedTime ? AttributeTreatment.Skip
        : Options.Policy?.TreatmentOf(name) ?? AttributeTreatment.Keep;

    internal bool MayGrow(int nameLength) => nameLength <= LongestName && _nodes < MaxNodes && Interlocked.Increment(ref _nodes) <= MaxNodes;

    private bool TryRead(ref Utf8JsonReader json, RecordBuffer buffer, out JsonRecord record)
    {
        buffer.BeginRecord();
        var node = _root;
        HashSet<string>? seen = null;
        var (keyStart, keyEnd) = (0, 0);
        while (Next(ref json) != JsonTokenType.EndObject)
        {
            node = node.Next(ref json, ref seen);
            if (node is null)
            {
                record = default;
                return false;
            }

            Next(ref json);
            var valueStart = buffer.Length;
            switch (node.Treatment)
            {
                case AttributeTreatment.Keep:
                    JsonValueReader.Read(ref json, buffer);
                    break;
                case AttributeTreatment.Skip:
                    json.Skip();
                    break;
                default:
                    Options.Policy!.Write(node.Name, ref json, buffer);
                    break;
            }

            if (node.IsKey) (keyStart, keyEnd) = (valueStart, buffer.Length);
        }

        if (Options.UpdatedTime is not null) WriteSlot(buffer);
        if (Options.CreatedTime is not null) WriteSlot(buffer);
        var values = buffer.EndRecord();
        record = new JsonRecord(new EncodedRecord(node.Shape, values), values[keyStart..keyEnd], Slots);
        return true;
    }

    private static JsonTokenType Next(ref Utf8JsonReader json) =>
        json.Read() ? json.TokenType : throw new JsonException("The JSON text ends within a record.");

    private static void WriteSlot(RecordBuffer buffer) => buffer.Advance(NumberForm.WriteFloat(buffer.GetSpan(NumberForm.MaxBytes), 0));
}
