using System.Text.Json.Serialization;
using Harper.Bench.Report;

namespace Harper.Bench.Measure;

/// <summary>One figure of two builds, measured in alternation.</summary>
/// <param name="Noise">How far the medians may lie apart by chance, as a share of the first.</param>
internal sealed record Movement(string Figure, double Before, double After, double Noise, bool MoreIsBetter)
{
    /// <summary>Below this share nothing is called a change, however quiet the machine was.</summary>
    private const double Least = 0.03;

    [JsonIgnore]
    public double Change => Before == 0 ? 0 : After / Before - 1;

    [JsonIgnore]
    public bool Moved => Math.Abs(Change) > Math.Max(Noise, Least);

    [JsonIgnore]
    public bool Worse => Moved && Change < 0 == MoreIsBetter;

    [JsonIgnore]
    public string Verdict => Moved ? Worse ? "WORSE" : "better" : "";

    /// <summary>
    /// Noise is twice the standard error of a difference of medians, from the median distance of each side's runs to their own median: single wild runs,
    /// as a busy machine gives, hardly count.
    /// </summary>
    public static Movement Of(string figure, IReadOnlyList<double> before, IReadOnlyList<double> after, bool moreIsBetter)
    {
        var (a, b) = (Summary.Median(before)!.Value, Summary.Median(after)!.Value);
        var error = Math.Sqrt(Error(before, a) + Error(after, b));
        return new Movement(figure, a, b, a == 0 ? 0 : 2 * error / a, moreIsBetter);
    }

    private static double Error(IReadOnlyList<double> runs, double median)
    {
        // 1.4826 makes a standard deviation of a median distance, 1.2533 a median's error of a mean's.
        var deviation = 1.4826 * Summary.Median(runs.Select(run => Math.Abs(run - median)))!.Value;
        return Math.Pow(1.2533 * deviation, 2) / runs.Count;
    }
}
