using Harper.Bench.Measure;

namespace Harper.Bench.Report;

/// <summary>One run of a throughput row. Rates are records per second, CPU microseconds per record.</summary>
internal sealed record ThroughputFigures
{
    public required int Records { get; init; }

    public required double Inserted { get; init; }

    public required double Replicated { get; init; }

    public required double LagMs { get; init; }

    public required double CpuA { get; init; }

    public required double CpuB { get; init; }

    public required double CpuClient { get; init; }

    /// <summary>Cores that other programs of the machine used meanwhile: above some tenths, rates say little and CPU per record more.</summary>
    public required double OthersCores { get; init; }

    public required Percentiles Answers { get; init; }
}

/// <summary>What is taken once per round: time until a write is seen, memory, starts, disk, copies. Null: not measured.</summary>
internal sealed record RoundFigures
{
    public Percentiles? Acknowledged { get; set; }

    public Percentiles? Visible { get; set; }

    public double? SyncsPerWrite { get; set; }

    public double? SyncsPerAppliedWrite { get; set; }

    public double? FirstStartSeconds { get; set; }

    public double? RestartSeconds { get; set; }

    public double? IdleMegabytes { get; set; }

    public double? MegabytesAfter200K { get; set; }

    public double? MegabytesAfter1M { get; set; }

    public double? DiskMegabytesAt400K { get; set; }

    public double? CopyRate { get; set; }

    public double? WorstAnswerDuringCopyMs { get; set; }

    public double? CatchUpRate { get; set; }

    public int? Restarts { get; set; }

    public int? NeedlessCopies { get; set; }
}

/// <summary>Everything measured of one system in one round.</summary>
internal sealed record SystemRound(string System, int Round, Dictionary<string, ThroughputFigures> Throughput, RoundFigures Others);

/// <summary>A whole run: what <c>raw.json</c> holds and the tables are made from.</summary>
internal sealed record BenchRun(MachineFacts Machine, string Options, IReadOnlyDictionary<string, string> Versions, List<SystemRound> Rounds)
{
    /// <summary>Limits of the machine, measured in the same run: records, writes or bytes per second.</summary>
    public Dictionary<string, double> Ceilings { get; init; } = [];

    public List<string> Remarks { get; init; } = [];
}
