using Harper.Bench.Systems;

namespace Harper.Bench.Commands;

/// <summary>What every command shares.</summary>
/// <param name="Folder">Where nodes keep their data while they are measured.</param>
/// <param name="Docs">Where the page, the plots and the results are.</param>
/// <param name="Ours">A folder that holds harper.dll; null: publish it now.</param>
/// <param name="Trial">Share of all records: below 1 to see that everything works, not what it can do.</param>
/// <param name="Resume">Go on with the run that was begun last.</param>
internal sealed record BenchSettings(string Folder, string Docs, string? Ours, double Trial, bool Resume)
{
    public int Scaled(int records, int unit = 1) => Math.Max(unit, (int)(records * Trial) / unit * unit);

    public SystemUnderTest Build(Action<string> say) => Ours is { } folder ? OurBuild.OfFolder("ours", folder) : OurBuild.Publish(Report.Repository.Find(), say);

    public override string ToString() => Trial == 1 ? "" : $", a trial with {Trial:p0} of the records";
}

/// <summary>What a run measures and how long it may take.</summary>
/// <param name="Names">Rows by name; empty: all.</param>
/// <param name="Restarts">Restarts of this system and of the original; null: 100 and 12.</param>
internal sealed record RunOptions(BenchSettings Shared, IReadOnlyList<string> Names, bool Quick, int Rounds, bool OursOnly, int? Restarts = null)
{
    /// <summary>Share of each row's records.</summary>
    public double Scale => (Quick ? 0.5 : 1) * Shared.Trial;

    /// <summary>Filling a table of the original takes minutes for each million rows: a quick run lays the random keys over one million.</summary>
    public int RandomOver(bool isOriginal) => Shared.Scaled(Quick && isOriginal ? 1_000_000 : 2_000_000, 1000);

    public int RestartsOf(bool isOriginal) => Restarts ?? (isOriginal ? 12 : 100);

    public bool Includes(string name) => Names.Count == 0 || Names.Contains(name);

    public override string ToString() =>
        $"{(Names.Count == 0 ? "all rows" : string.Join(", ", Names))}, {Rounds} rounds{(Quick ? ", quick (half the records; the original's random keys over 1,000,000 rows)" : "")}{(OursOnly ? ", this system only" : "")}{Shared}";
}
