using Harper.Bench.Measure;
using Harper.Bench.Report;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Commands;

/// <summary>The main table: both systems, in alternation, and the report.</summary>
internal static class RunCommand
{
    public static int Execute(RunOptions options)
    {
        var repository = Repository.Find();
        var docs = options.IsWhole ? repository.Docs : Path.Combine(options.Folder, "report");
        var started = System.Diagnostics.Stopwatch.StartNew();
        void Say(string text) => Console.WriteLine($"[{started.Elapsed:hh\\:mm\\:ss}] {text}");
        Directory.CreateDirectory(options.Folder);
        var ours = OurBuild.Publish(repository, Say);
        var original = options.OursOnly ? null : OriginalInstall.Find();
        var systems = original is null ? new[] { ours } : [ours, original];
        var run = new BenchRun(MachineFacts.Read(options.Folder), options.ToString(), systems.ToDictionary(system => system.Id, system => system.Version), []);
        if (original is null && !options.OursOnly)
            run.Remarks.Add("The original was not installed (set HARPERDB_DIR, or run test.sh, which installs it), so only this system was measured.");

        if (options.Includes("ceilings")) CeilingsCommand.Measure(options.Folder, run.Ceilings, Say);
        for (var round = 1; round <= options.Rounds; round++)
        {
            // Whoever comes first may meet a colder machine: they take turns.
            foreach (var system in round % 2 == 1 ? systems : [.. systems.Reverse()]) run.Rounds.Add(RoundRun.Run(system, round, options, run, Say));
            BenchmarkReport.Write(docs, run);
        }

        if (options.Includes("start")) StartRun.BuildOutput(options, run, Say);
        BenchmarkReport.Write(docs, run);
        var failed = run.Remarks.Count(remark => remark.Contains(RoundRun.NoFigure, StringComparison.Ordinal));
        Say($"written: {docs}/benchmarks.md and {docs}/benchmarks/raw.json; {failed} rows without a figure");
        return failed > 0 ? 1 : 0;
    }
}
