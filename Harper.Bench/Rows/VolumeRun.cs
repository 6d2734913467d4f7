using System.Globalization;
using Harper.Bench.Commands;
using Harper.Bench.Load;
using Harper.Bench.Results;
using Harper.Bench.Systems;

namespace Harper.Bench.Rows;

/// <summary>One part of a pair's life, measured.</summary>
/// <param name="Limit">How long it may take.</param>
internal sealed record VolumePart(string Row, string Title, TimeSpan Limit, Func<Action<Result>, string?> Work);

/// <summary>
/// One pair from its first start to millions of records: starts, memory, a joining node, a node that was away, disk, restarts, random keys. Parts follow each
/// other on the same data; a part that is not wanted is left out, what it would have left in the table is not.
/// </summary>
internal sealed class VolumeRun(SystemUnderTest system, RunOptions options, IReadOnlySet<string> wanted) : IDisposable
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);
    private BenchPair? _pair;
    private BenchTable? _table;
    private int _rows;

    private int Copied => options.Shared.Scaled(200_000, 1000);

    private int Missed => options.Shared.Scaled(100_000, 1000);

    private int OnDisk => Math.Max(options.Shared.Scaled(400_000, 1000), Copied + Missed);

    private BenchPair Pair => _pair ?? throw new BenchFailure("the pair was ended");

    private BenchTable Table => _table ??= Pair.MakeTable();

    public IEnumerable<VolumePart> Parts() => All().Where(part => wanted.Contains(part.Row));

    /// <summary>Ends the nodes: whoever waits for them fails. The part after begins with a fresh pair and fills it again.</summary>
    public void Break()
    {
        RunningNodes.KillAll();
        Interlocked.Exchange(ref _pair, null)?.Dispose();
        (_table, _rows) = (null, 0);
    }

    public void Dispose() => _pair?.Dispose();

    private IEnumerable<VolumePart> All()
    {
        yield return Part(RowNames.Start, "first start", 5, figures => figures.FirstStartSeconds = Ready().FirstStart.TotalSeconds);
        yield return Part(RowNames.MemoryIdle, "memory, idle", 5, figures => figures.IdleMegabytes = Resident());
        yield return Part(RowNames.Memory200K, $"memory after {Copied:n0} records", 10, figures =>
        {
            FillTo(Copied);
            figures.MegabytesAfter200K = Resident();
        });
        yield return Part(RowNames.Copy, $"a node joins and copies {Copied:n0} records", 10, figures =>
        {
            FillTo(Copied);
            JoinRun.Run(Pair, Table, Copied, figures);
        });
        yield return Part(RowNames.CatchUp, $"a node missed {Missed:n0} records", 10, CatchUp);
        yield return Part(RowNames.Disk, $"disk of {OnDisk:n0} records", 10, figures =>
        {
            FillTo(OnDisk);
            Thread.Sleep(Settling);
            figures.DiskMegabytesAt400K = Measure.FolderSize.Megabytes(Pair.A.DataFolder);
        });
        var restarts = options.RestartsOf(system.IsOriginal);
        yield return Part(RowNames.Restarts, $"{restarts} restarts with {OnDisk:n0} records", 15, figures =>
        {
            FillTo(OnDisk);
            RestartRun.Run(Pair, Table, OnDisk, restarts, figures);
            Pair.Verify(Table, _rows);
        });
        var million = options.Shared.Scaled(1_000_000, 1000);
        yield return Part(RowNames.Memory1M, $"memory after {million:n0} records", 15, figures =>
        {
            FillTo(million);
            figures.MegabytesAfter1M = Resident();
        });
        var over = options.RandomOver(system.IsOriginal);
        yield return new VolumePart(RowNames.Random, $"{system.Id}: random keys over {over:n0} rows", TimeSpan.FromMinutes(25), add =>
        {
            FillTo(over);
            var row = RowSpec.All.First(row => row.Name == RowNames.Random);
            var figures = ThroughputRun.Run(Pair, row, options.Scale, Table, _rows);
            add(new Result("", "", RowNames.Random, "", 0) { Throughput = figures });
            return ThroughputRun.Describe(figures);
        });
    }

    private VolumePart Part(string row, string title, int minutes, Action<RoundFigures> measure) => new(row, $"{system.Id}: {title}", TimeSpan.FromMinutes(minutes), add =>
    {
        var figures = new RoundFigures();
        Ready();
        measure(figures);
        add(new Result("", "", row, "", 0) { Others = figures });
        return figures.Describe();
    });

    private BenchPair Ready() => _pair ??= new BenchPair(system, options.Shared.Folder);

    /// <summary>What a disk holds is compared by sequential keys, as the goals are; all beyond lies anywhere, as random keys need it.</summary>
    private void FillTo(int rows)
    {
        Ready();
        if (_rows < OnDisk && rows > _rows) Fill(Math.Min(rows, OnDisk), sequential: true);
        if (rows > _rows) Fill(rows, sequential: false);
    }

    private void Fill(int rows, bool sequential)
    {
        ThroughputRun.Fill(Pair, Table, rows - _rows, _rows, sequential);
        _rows = rows;
    }

    private void CatchUp(RoundFigures figures)
    {
        FillTo(Copied);
        Pair.B.Stop();
        LoadRun.Run(Pair.A.Operations, ThroughputRun.Requests(Table, _rows, Missed, 1000, BenchRecords.SequentialKey), 4);
        Pair.B.Start(Pair.A.Address);
        var answering = System.Diagnostics.Stopwatch.GetTimestamp();
        var cpu = Pair.A.Usage.CpuSeconds;
        var elapsed = Pair.WaitForAll(Table, _rows + Missed, BenchRecords.SequentialKey, answering);
        _rows += Missed;
        figures.CatchUpRate = Missed / elapsed.TotalSeconds;
        figures.CatchUpCpuFrom = (Pair.A.Usage.CpuSeconds - cpu) / Missed * 1e6;
        figures.CatchUpCpuTo = Pair.B.Usage.CpuSeconds / Missed * 1e6;
        Pair.Verify(Table, _rows);
    }

    private double Resident()
    {
        Thread.Sleep(Settling);
        return Math.Round(Math.Max(Pair.A.Usage.ResidentBytes, Pair.B.Usage.ResidentBytes) / 1048576d, 1, MidpointRounding.AwayFromZero);
    }
}
