using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Json;
using Harper.Core.Keys;
using Harper.Core.Schema;

namespace Harper.Actors.Operations.Search;

/// <summary>Writes the records of given keys in the order asked for; keys that are not there are left out (R-SRC-01).</summary>
internal sealed class KeyRead(IDatabaseHandle database, TableDefinition table, List<RecordKey> keys, JsonSelection? selection, OperationSettings settings)
{
    public async ValueTask WriteAsync(Utf8JsonWriter json, CancellationToken cancellation)
    {
        using var view = database.OpenView();
        var slices = new ReadSlices(json, settings, cancellation);
        json.WriteStartArray();
        foreach (var key in keys)
        {
            await slices.StepAsync().ConfigureAwait(false);
            if (view.TryRead(table, key, out var record)) RecordOutput.Write(record, selection, json);
        }
        json.WriteEndArray();
    }
}
