using Harper.Bench.Growth;
using Harper.Bench.Measure;
using Harper.Bench.Report;

namespace Harper.Bench.Results;

/// <summary>
/// One line of <c>results.jsonl</c>: one thing that was measured once. Tables and plots are made from these lines alone, so that rows may be measured one by one,
/// on different days, and an aborted run keeps what it had.
/// </summary>
/// <param name="Run">The run it belongs to: medians are taken over lines of one run.</param>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Row">What was measured, by its name on the command line.</param>
/// <param name="System">Which system; empty where it is the machine that was measured.</param>
internal sealed record Result(string Run, string Kind, string Row, string System, int Round)
{
    public string Version { get; init; } = "";

    public string Time { get; init; } = "";

    /// <summary>How long measuring took.</summary>
    public double Seconds { get; init; }

    /// <summary>Why there is no figure.</summary>
    public string? Failure { get; init; }

    public ThroughputFigures? Throughput { get; init; }

    public RoundFigures? Others { get; init; }

    public GrowthPoint? Point { get; init; }

    public LoadLatency? Latency { get; init; }

    public Movement? Movement { get; init; }

    public double? Ceiling { get; init; }

    public RunFacts? Facts { get; init; }
}

/// <summary>The first line of every run: where, what and how.</summary>
/// <param name="Remarks">What a reader of the figures must know about this run.</param>
internal sealed record RunFacts(MachineFacts Machine, string Options, IReadOnlyDictionary<string, string> Versions, IReadOnlyList<string> Remarks);

/// <summary>Answers and visibility at one share of the highest load.</summary>
/// <param name="Most">Inserts per second that the pair takes at most.</param>
internal sealed record LoadLatency(double Share, double Most, Percentiles Acknowledged, Percentiles Visible);

/// <summary>What lines are about.</summary>
internal static class Kinds
{
    public const string Facts = "facts";
    public const string Ceiling = "ceiling";
    public const string Row = "row";
    public const string Growth = "growth";
    public const string Latency = "latency";
    public const string Gate = "gate";

    /// <summary>Rows that were measured for a gate: they are of two builds and not for the main table.</summary>
    public const string GateRow = "gate-row";
}
