using System.Text.Json;
using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>Writes the JSON value under a reader as one value of the dialect. Numbers become what JavaScript would make of them.</summary>
public static class JsonValueReader
{
    /// <param name="json">Stands on the first token of the value, and is left on the last.</param>
    /// <exception cref="JsonException">The text is no JSON, or deeper than 64 levels.</exception>
    public static void Read(ref Utf8JsonReader json, RecordBuffer values) => throw new NotImplementedException();

    public static void Read(JsonElement json, RecordBuffer values) => throw new NotImplementedException();
}
