using System.Text.Json;
using Harper.Core.Json;
using Harper.Core.Reading;

namespace Harper.Actors.Operations.Search;

/// <summary>One record of an answer.</summary>
internal static class RecordOutput
{
    public static void Write(in VisibleRecord record, JsonSelection? selection, Utf8JsonWriter json)
    {
        if (selection is null) JsonRecordWriter.Write(record.Record, json);
        else JsonRecordWriter.Write(record.Record, selection, json);
    }
}
