using System.Diagnostics;
using System.Globalization;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Schema;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Storage.Rocks;

namespace Harper.Bench;

/// <summary>The committer and the store alone: groups of a thousand new records of some 200 bytes with seven indexes, in a bare loop.</summary>
internal static class CommitLoop
{
    private const int GroupSize = 1000;
    private static readonly TableName Table = new("rows");

    public static int Execute(int groups, string root)
    {
        var folder = Path.Combine(root, "commit-loop-" + Guid.NewGuid().ToString("N"));
        try
        {
            Run(groups, folder);
            return 0;
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static void Run(int groups, string folder)
    {
        using var factory = new RocksStoreFactory(RocksSettings.Default);
        var now = 1_700_000_000_000d;
        using var engine = DatabaseEngine.Open(factory.Open(folder), DatabaseName.Data, new NodeName("bench"), EngineSettings.Default, now, Guid.NewGuid);
        engine.Commit([new CommitRequest.Schema([new SchemaEdit.CreateTable(new TableSpec(Table, "id", [new AttributeDefinition(0, "id", IsPrimaryKey: true)]))])], now);
        var random = new Random(1);
        var shapes = new ShapeCache();
        Commit(engine, Group(random, shapes, 0), now);
        var waiting = Enumerable.Range(1, groups).Select(group => Group(random, shapes, group)).ToArray();
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var mine = ThreadTime();
        var watch = Stopwatch.StartNew();
        foreach (var group in waiting) Commit(engine, group, now++);
        var elapsed = watch.Elapsed;
        process.Refresh();
        var records = (double)groups * GroupSize;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{records / elapsed.TotalSeconds:n0} records/s; per record {elapsed.TotalMicroseconds / records:n2} us elapsed, {(ThreadTime() - mine).TotalMicroseconds / records:n2} us on the committing thread, {(process.TotalProcessorTime - cpu).TotalMicroseconds / records:n2} us of the whole process, {(GC.GetTotalAllocatedBytes() - allocated) / records:n0} bytes allocated"));
    }

    /// <summary>A table of so many groups of records.</summary>
    public static void Fill(DatabaseEngine engine, int groups, double now)
    {
        engine.Commit([new CommitRequest.Schema([new SchemaEdit.CreateTable(new TableSpec(Table, "id", [new AttributeDefinition(0, "id", IsPrimaryKey: true)]))])], now);
        var (random, shapes) = (new Random(1), new ShapeCache());
        for (var group = 0; group < groups; group++) Commit(engine, Group(random, shapes, group), now++);
    }

    private static void Commit(DatabaseEngine engine, CommitRequest group, double now)
    {
        var result = engine.Commit([group], now).Results[0];
        if (result is not CommitResult.Written) throw new InvalidOperationException(result.ToString());
    }

    /// <summary>Seven attributes beside the key, all indexed, as a dynamic table has them; random keys.</summary>
    public static CommitRequest.Local Group(Random random, ShapeCache shapes, int group)
    {
        var builder = new RecordBuilder(shapes);
        var writes = new LocalWrite[GroupSize];
        for (var i = 0; i < writes.Length; i++)
        {
            var key = Guid.NewGuid().ToString();
            builder.Clear();
            builder.SetText("id", key);
            builder.SetText("name", $"name {random.Next(100_000)} of group {group}");
            builder.SetText("city", $"a city with a name {random.Next(1000)}");
            builder.SetNumber("age", random.Next(100));
            builder.SetNumber("balance", random.NextDouble() * 10_000);
            builder.SetBoolean("active", random.Next(2) == 0);
            builder.SetText("note", new string((char)('a' + random.Next(26)), 60));
            builder.SetNumber("rank", random.Next(1_000_000));
            writes[i] = new LocalWrite(Table, KeyCodec.FromText(key), WriteMode.Insert, builder.Build());
        }

        return new CommitRequest.Local([.. writes], "bench");
    }

    /// <summary>CPU time of this thread, which other work on the machine does not change.</summary>
    public static TimeSpan ThreadTime()
    {
        var stat = File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0];
        return TimeSpan.FromMicroseconds(long.Parse(stat, CultureInfo.InvariantCulture) / 1000d);
    }
}
