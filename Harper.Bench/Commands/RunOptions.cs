namespace Harper.Bench.Commands;

/// <summary>What a run measures and how long it may take.</summary>
/// <param name="Names">Rows by name; empty: all.</param>
/// <param name="Folder">Where the nodes keep their data while they are measured.</param>
internal sealed record RunOptions(IReadOnlyList<string> Names, bool Quick, int Rounds, string Folder, bool OursOnly)
{
    /// <summary>Share of each row's records.</summary>
    public double Scale => Quick ? 0.5 : 1;

    /// <summary>Only a run of everything may replace the published tables.</summary>
    public bool IsWhole => Names.Count == 0;

    public bool Includes(string name) => Names.Count == 0 || Names.Contains(name);

    public override string ToString() =>
        $"{(Names.Count == 0 ? "all rows" : string.Join(", ", Names))}, {Rounds} rounds{(Quick ? ", quick (half the records, random keys over 400,000 rows instead of 2,000,000)" : "")}{(OursOnly ? ", this system only" : "")}";
}
