using Harper.Bench.Commands;
using Harper.Bench.Measure;
using Harper.Bench.Report;
using Harper.Bench.Systems;

namespace Harper.Bench.Results;

/// <summary>The beginning and the end of every command that measures.</summary>
internal static class Recording
{
    public static RunRecorder Begin(
        BenchSettings settings, string command, string options, IReadOnlyCollection<SystemUnderTest> systems, IReadOnlyList<string> remarks, int steps)
    {
        Directory.CreateDirectory(settings.Folder);
        var log = ResultLog.Open(Path.Combine(settings.Docs, "benchmarks"));
        var resumed = settings.Resume ? log.LastRun(command) : null;
        var run = resumed ?? ResultLog.NewRun();
        var recorder = new RunRecorder(settings.Docs, log, run, steps);
        if (resumed is null)
            recorder.Add(new Result(run, Kinds.Facts, command, "", 0)
            {
                Facts = new RunFacts(MachineFacts.Read(settings.Folder), options, systems.ToDictionary(system => system.Id, system => system.Version), remarks),
            });
        recorder.Say($"{command}: {options}; run {run}{(resumed is null ? "" : " goes on")}");
        return recorder;
    }

    public static int End(RunRecorder recorder, BenchSettings settings)
    {
        BenchmarkReport.Write(settings.Docs, recorder.Log.All);
        recorder.Say($"written: {settings.Docs}/benchmarks.md; {recorder.Failures} rows without a figure");
        return recorder.Failures > 0 ? 1 : 0;
    }
}
