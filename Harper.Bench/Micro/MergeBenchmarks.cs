using BenchmarkDotNet.Attributes;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Bench.Micro;

/// <summary>Conflict resolution: what one change to a row costs to decide.</summary>
[MemoryDiagnoser]
public class MergeBenchmarks
{
    private static readonly NodeName Here = new("here");
    private static readonly NodeName There = new("there");
    private readonly Change _put;
    private readonly Change _patch;
    private readonly Row? _row;
    private readonly Row? _patched;

    public MergeBenchmarks()
    {
        var builder = new RecordBuilder(new ShapeCache());
        builder.Clear();
        builder.SetText("id", "k1");
        builder.SetText("name", "user-1");
        builder.SetNumber("score", 17);
        var whole = builder.Build();
        builder.Clear();
        builder.SetNumber("score", 18);
        var part = builder.Build();
        var key = KeyCodec.FromText("k1");
        _put = new Change(new TableName("t"), key, ChangeKind.Put, whole);
        _patch = new Change(new TableName("t"), key, ChangeKind.Patch, part);
        _row = RowMerge.Apply(null, _put, new Stamp(100, Here), null).Row;
        _patched = RowMerge.Apply(_row, _patch, new Stamp(200, There), null).Row;
    }

    [Benchmark]
    public MergeResult PutOfNewRow() => RowMerge.Apply(null, _put, new Stamp(100, Here), null);

    [Benchmark]
    public MergeResult PutThatWins() => RowMerge.Apply(_row, _put, new Stamp(300, There), null);

    [Benchmark]
    public MergeResult PutThatLosesToItsTwin() => RowMerge.Apply(_row, _put, new Stamp(100, Here), null);

    [Benchmark]
    public MergeResult PatchOfAnAttribute() => RowMerge.Apply(_row, _patch, new Stamp(200, There), null);

    [Benchmark]
    public MergeResult OldPutUnderANewerPatch() => RowMerge.Apply(_patched, _put, new Stamp(150, There), null);
}
