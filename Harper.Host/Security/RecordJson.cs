using System.Buffers;
using System.Text.Json;
using Harper.Core.Json;
using Harper.Core.Values;

namespace Harper.Host.Security;

/// <summary>A small record of a system table as JSON.</summary>
internal static class RecordJson
{
    public static JsonElement Read(in EncodedRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer)) JsonRecordWriter.Write(record, writer);
        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }
}
