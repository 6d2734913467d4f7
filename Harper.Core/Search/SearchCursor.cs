using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Schema;

namespace Harper.Core.Search;

/// <summary>Walks the way of a plan over a view.</summary>
public static class SearchCursor
{
    public static IRecordCursor Open(IReadView view, SearchPlan plan) => Open(view, plan.Table, plan.Path, plan.Descending);

    private static IRecordCursor Open(IReadView view, TableDefinition table, AccessPath path, bool descending) => path switch
    {
        AccessPath.ByKey one => new OneRecord(view, table, one.Key),
        AccessPath.KeyScan scan when IsEmpty(scan.Range) => NoRecords.Instance,
        AccessPath.KeyScan scan => new KeyRangeCursor(view, table, scan.Range, descending),
        AccessPath.IndexScan scan when IsEmpty(scan.Range) => NoRecords.Instance,
        AccessPath.IndexScan scan => view.ScanIndex(table, scan.Attribute, scan.Range, descending),
        AccessPath.Union union => new UnionCursor(view, table, union, descending, Open),
        _ => throw new InvalidOperationException($"No cursor for {path.GetType().Name}."),
    };

    private static bool IsEmpty(IndexRange range)
    {
        if (range.From is not { } from || range.To is not { } to) return false;
        var order = from.Span.SequenceCompareTo(to.Span);
        return order > 0 || (order == 0 && !(range.FromInclusive && range.ToInclusive));
    }

    private sealed class NoRecords : IRecordCursor
    {
        public static readonly NoRecords Instance = new();

        public VisibleRecord Current => default;

        public bool MoveNext() => false;

        public void Dispose()
        {
        }
    }

    private sealed class OneRecord(IReadView view, TableDefinition table, RecordKey key) : IRecordCursor
    {
        private VisibleRecord _current;
        private bool _read;

        public VisibleRecord Current => _current;

        public bool MoveNext()
        {
            if (_read) return false;
            _read = true;
            return view.TryRead(table, key, out _current);
        }

        public void Dispose()
        {
        }
    }

    /// <summary>A stretch of the table. A scan begins after a key, so a record at the very start of the stretch is read by itself first.</summary>
    private sealed class KeyRangeCursor(IReadView view, TableDefinition table, IndexRange range, bool descending) : IRecordCursor
    {
        private readonly ReadOnlyMemory<byte>? _start = descending ? range.To : range.From;
        private readonly ReadOnlyMemory<byte>? _end = descending ? range.From : range.To;
        private readonly bool _endInclusive = descending ? range.FromInclusive : range.ToInclusive;
        private IRecordCursor? _scan;
        private VisibleRecord _first;
        private bool _onFirst;

        public VisibleRecord Current => _onFirst ? _first : _scan!.Current;

        public bool MoveNext()
        {
            if (_scan is null)
            {
                _scan = view.Scan(table, _start is { } start ? new RecordKey(start) : null, descending);
                var inclusive = descending ? range.ToInclusive : range.FromInclusive;
                if (_start is { } key && inclusive && view.TryRead(table, new RecordKey(key), out _first)) return _onFirst = true;
            }
            _onFirst = false;
            return _scan.MoveNext() && !IsPast(_scan.Current.Key);
        }

        public void Dispose() => _scan?.Dispose();

        private bool IsPast(RecordKey key)
        {
            if (_end is not { } end) return false;
            var order = key.Span.SequenceCompareTo(end.Span);
            if (descending) order = -order;
            return order > 0 || (order == 0 && !_endInclusive);
        }
    }

    private sealed class UnionCursor(
        IReadView view, TableDefinition table, AccessPath.Union union, bool descending,
        Func<IReadView, TableDefinition, AccessPath, bool, IRecordCursor> open) : IRecordCursor
    {
        private IRecordCursor? _branch;
        private int _index = -1;

        public VisibleRecord Current => _branch!.Current;

        public bool MoveNext()
        {
            while (true)
            {
                while (_branch is not null && _branch.MoveNext())
                    if (IsOwn(_branch.Current)) return true;
                _branch?.Dispose();
                _branch = null;
                if (++_index >= union.Branches.Length) return false;
                _branch = open(view, table, union.Branches[_index].Path, descending);
            }
        }

        public void Dispose() => _branch?.Dispose();

        /// <summary>Wanted by this branch and by none before it: nothing has to be remembered to give each record once.</summary>
        private bool IsOwn(in VisibleRecord record)
        {
            for (var earlier = 0; earlier < _index; earlier++)
                if (union.Branches[earlier].Condition.Matches(record.Record)) return false;
            return union.Branches[_index].Condition.Matches(record.Record);
        }
    }
}
