using System.Text.Json;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>How records of one table are read from JSON.</summary>
public sealed record JsonRecordOptions
{
    /// <summary>The attribute whose place is reported; null when nobody asks.</summary>
    public string? PrimaryKey { get; init; }

    /// <summary>Name of the updated-time slot at the end of each record, or null for none. A client's own attribute of that name is left out.</summary>
    public string? UpdatedTime { get; init; }

    /// <summary>Name of the created-time slot, the last value of each record, or null for none.</summary>
    public string? CreatedTime { get; init; }

    public IAttributePolicy? Policy { get; init; }
}

/// <param name="Key">The primary key attribute's value in the dialect, a slice of the record; empty when the record has none.</param>
/// <param name="Slots">The time slots at its end.</param>
public readonly record struct JsonRecord(EncodedRecord Record, ReadOnlyMemory<byte> Key, TimeSlots Slots);

/// <summary>
/// Turns JSON objects into records without an object per value. One instance per table definition, shared by all requests: it learns the
/// shapes that arrive, and expects the next record to look like the last. Thread-safe.
/// </summary>
public sealed class JsonRecordReader(ShapeCache shapes, JsonRecordOptions options)
{
    private readonly ShapeCache _shapes = shapes;
    private readonly JsonRecordOptions _options = options;

    /// <summary>Reads the object under the reader (on its StartObject; left on its EndObject) as the next record of the buffer.</summary>
    /// <exception cref="JsonException">The text is no JSON, or deeper than 64 levels.</exception>
    public JsonRecord Read(ref Utf8JsonReader json, RecordBuffer buffer) =>
        throw new NotImplementedException($"{_shapes}{_options}");
}
