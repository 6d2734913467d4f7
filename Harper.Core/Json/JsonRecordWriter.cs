using System.Text.Json;
using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>
/// Writes records as JSON without an object per value: dates as ISO text, big integers as numbers, binary as base64 text, numbers as JavaScript prints
/// them, undefined attributes left out.
/// </summary>
public static class JsonRecordWriter
{
    public static void Write(in EncodedRecord record, Utf8JsonWriter json) => throw new NotImplementedException();

    /// <summary>Only the attributes selected, in that order; those that the record lacks as null when asked for.</summary>
    public static void Write(in EncodedRecord record, JsonSelection selection, Utf8JsonWriter json) => throw new NotImplementedException();

    /// <summary>The attributes as properties of an object that the caller has begun and will end.</summary>
    public static void WriteProperties(in EncodedRecord record, Utf8JsonWriter json) => throw new NotImplementedException();

    public static void WriteValue(ReadOnlySpan<byte> value, Utf8JsonWriter json) => throw new NotImplementedException();
}

/// <summary>Attributes to be written, prepared once per request.</summary>
public sealed class JsonSelection(IReadOnlyList<string> names, bool absentAsNull)
{
    public IReadOnlyList<string> Names { get; } = names;

    public bool AbsentAsNull { get; } = absentAsNull;
}
