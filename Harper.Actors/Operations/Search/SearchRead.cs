using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Json;
using Harper.Core.Reading;
using Harper.Core.Search;

namespace Harper.Actors.Operations.Search;

/// <summary>Runs a plan over one snapshot and writes what it finds, as it finds it unless it must be sorted first.</summary>
internal sealed class SearchRead(IDatabaseHandle database, SearchPlan plan, SearchQuery query, JsonSelection? selection, OperationSettings settings)
{
    private const long MaxSortBytes = 64L << 20;

    public async ValueTask WriteAsync(Utf8JsonWriter json, CancellationToken cancellation)
    {
        using var view = database.OpenView();
        using var cursor = SearchCursor.Open(view, plan);
        var slices = new ReadSlices(json, settings, cancellation);
        json.WriteStartArray();
        if (plan.SortInMemory.IsEmpty) await WriteAsFoundAsync(json, cursor, slices).ConfigureAwait(false);
        else await WriteSortedAsync(json, cursor, slices).ConfigureAwait(false);
        json.WriteEndArray();
    }

    private async ValueTask WriteAsFoundAsync(Utf8JsonWriter json, IRecordCursor cursor, ReadSlices slices)
    {
        var skip = query.Offset;
        var left = query.Limit ?? int.MaxValue;
        while (left > 0 && cursor.MoveNext())
        {
            await slices.StepAsync().ConfigureAwait(false);
            var record = cursor.Current;
            if (plan.Filter is { } filter && !filter.Matches(record.Record)) continue;
            if (skip-- > 0) continue;
            RecordOutput.Write(record, selection, json);
            left--;
        }
    }

    private async ValueTask WriteSortedAsync(Utf8JsonWriter json, IRecordCursor cursor, ReadSlices slices)
    {
        int? keep = query.Limit is { } limit ? (int)Math.Min((long)limit + query.Offset, int.MaxValue) : null;
        var sort = new SearchSort(plan.SortInMemory, keep, MaxSortBytes);
        while (cursor.MoveNext())
        {
            await slices.StepAsync().ConfigureAwait(false);
            var record = cursor.Current;
            if (plan.Filter is null || plan.Filter.Matches(record.Record)) sort.Add(record);
        }
        foreach (var record in sort.InOrder().Skip(query.Offset).Take(query.Limit ?? int.MaxValue))
        {
            await slices.StepAsync().ConfigureAwait(false);
            RecordOutput.Write(record, selection, json);
        }
    }
}
