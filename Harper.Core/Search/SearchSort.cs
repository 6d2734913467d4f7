using System.Collections.Immutable;
using Harper.Core.Keys;
using Harper.Core.Operations;
using Harper.Core.Reading;
using Harper.Core.Values;

namespace Harper.Core.Search;

/// <summary>Puts records in an order that no index has. Keeps only as many as can be answered, and refuses what does not fit in memory.</summary>
public sealed class SearchSort(ImmutableArray<SortTerm> terms, int? keep, long maxBytes)
{
    private readonly List<VisibleRecord> _entries = [];
    private long _bytes;

    public void Add(in VisibleRecord record)
    {
        var key = new RecordKey(record.Key.Bytes.ToArray());
        var copy = record with { Key = key, Record = record.Record with { Values = record.Record.Values.ToArray() } };
        _entries.Add(copy);
        _bytes += copy.Record.Values.Length + copy.Key.Length + 64;
        if (keep is { } most && _entries.Count > 2 * (long)most + 1024) Trim(most);
        if (_bytes > maxBytes)
            throw new OperationError(413, $"More than {maxBytes >> 20} MiB would have to be sorted: search for less, set a limit, or sort by an indexed attribute that is searched");
    }

    public IEnumerable<VisibleRecord> InOrder()
    {
        _entries.Sort(Compare);
        return _entries;
    }

    private void Trim(int most)
    {
        _entries.Sort(Compare);
        _entries.RemoveRange(most, _entries.Count - most);
        _bytes = _entries.Sum(entry => entry.Record.Values.Length + entry.Key.Length + 64L);
    }

    private int Compare(VisibleRecord left, VisibleRecord right)
    {
        foreach (var term in terms)
        {
            var order = ValueComparison.Compare(ValueOf(left, term), ValueOf(right, term));
            if (order != 0) return term.Descending ? -order : order;
        }
        return left.Key.CompareTo(right.Key);
    }

    private static ReadOnlySpan<byte> ValueOf(in VisibleRecord record, SortTerm term) =>
        AttributePath.TryFind(record.Record, term.Path, out var value) ? value : AttributePath.Undefined;
}
