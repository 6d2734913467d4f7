using BenchmarkDotNet.Attributes;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Storage.Memory;
using Harper.Core.Values;
using Harper.Storage.Rocks;

namespace Harper.Bench.Micro;

/// <summary>The commit path: a group of a thousand new records with seven indexes, over the real store and over one in memory. Times are for one record.</summary>
[MemoryDiagnoser]
public class CommitBenchmarks
{
    private const double Start = 1_700_000_000_000;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "harper-bench-micro-" + Guid.NewGuid().ToString("N"));
    private readonly Random _random = new(1);
    private readonly ShapeCache _shapes = new();
    private RocksStoreFactory? _rocks;
    private DatabaseEngine? _engine;
    private CommitRequest.Local? _group;
    private int _groups;

    [Params(false, true)]
    public bool InMemory { get; set; }

    [GlobalSetup]
    public void Open()
    {
        var store = InMemory ? new MemoryStoreFactory().Open(_folder) : (_rocks = new RocksStoreFactory(RocksSettings.Default)).Open(_folder);
        _engine = DatabaseEngine.Open(store, DatabaseName.Data, new NodeName("bench"), EngineSettings.Default, Start, Guid.NewGuid);
        CommitLoop.Fill(_engine, 1, Start);
    }

    [IterationSetup]
    public void NextGroup() => _group = CommitLoop.Group(_random, _shapes, ++_groups);

    [Benchmark(OperationsPerInvoke = 1000)]
    public CommitOutcome Commit() => _engine!.Commit([_group!], Start + 1000 + _groups);

    [GlobalCleanup]
    public void Close()
    {
        _engine?.Dispose();
        _rocks?.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
