using System.Diagnostics;
using System.Globalization;
using Harper.Bench.Report;
using Harper.Bench.Systems;

namespace Harper.Bench.Results;

/// <summary>Runs the steps of one command: says how far it is, writes each result down at once and makes the page anew; a step that fails costs itself only.</summary>
internal sealed class RunRecorder(string docs, ResultLog log, string run, int steps)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private int _step;

    public int Failures { get; private set; }

    public ResultLog Log => log;

    public string RunName => run;

    public void Say(string text) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{_watch.Elapsed:hh\\:mm\\:ss}] ({_step}/{steps}) {text}"));

    public void Add(Result result)
    {
        log.Add(result);
        BenchmarkReport.Write(docs, log.All);
    }

    /// <param name="limit">A step that takes longer is broken off by <paramref name="breakOff"/>, which must make what the step waits for fail.</param>
    public void Step(string title, string kind, string row, SystemUnderTest? system, int round, TimeSpan limit, Action breakOff, Func<Action<Result>, string?> work)
    {
        _step++;
        Say(title);
        var started = Stopwatch.GetTimestamp();
        var late = false;
        using var alarm = new Timer(_ =>
        {
            late = true;
            breakOff();
        }, null, limit, Timeout.InfiniteTimeSpan);
        var head = new Result(run, kind, row, system?.Id ?? "", round) { Version = system?.Version ?? "" };
        try
        {
            var told = work(result => Add(result with { Run = run, Kind = kind, System = head.System, Round = round, Version = head.Version, Seconds = Seconds() }));
            if (told is not null) Say("  " + told);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Failures++;
            var reason = late ? $"not done after {limit.TotalMinutes:0} minutes" : failure is BenchFailure ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
            Add(head with { Failure = reason, Seconds = Seconds() });
            Say($"  FAILED: {reason}");
            breakOff();
        }

        double Seconds() => Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1);
    }

    /// <summary>A step that was done before, in the run that is resumed.</summary>
    public void Skip(string title)
    {
        _step++;
        Say(title + ": measured already");
    }
}
