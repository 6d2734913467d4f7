using Harper.Bench.Measure;

namespace Harper.Bench.Results;

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

    /// <summary>Rows that were in the table before; 0: it was empty.</summary>
    public int RowsBefore { get; init; }

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

    /// <summary>CPU of the node that is copied from and of the one that joins, microseconds per record.</summary>
    public double? CopyCpuFrom { get; set; }

    public double? CopyCpuTo { get; set; }

    public double? WorstAnswerDuringCopyMs { get; set; }

    /// <summary>Answers on the joining node: the tail, not only the worst.</summary>
    public Percentiles? AnswersDuringCopy { get; set; }

    public double? CatchUpRate { get; set; }

    public double? CatchUpCpuFrom { get; set; }

    public double? CatchUpCpuTo { get; set; }

    public double? BuildOutputFirstStartSeconds { get; set; }

    public double? BuildOutputRestartSeconds { get; set; }

    public int? Restarts { get; set; }

    public int? NeedlessCopies { get; set; }

    /// <summary>What was measured, in a line for the console.</summary>
    public string Describe() => string.Join(", ", GetType().GetProperties()
        .Select(property => (property.Name, Value: property.GetValue(this)))
        .Where(figure => figure.Value is not null)
        .Select(figure => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{figure.Name} {(figure.Value is double number ? Math.Round(number, 2) : figure.Value)}")));
}
