namespace Harper.Bench.Report;

/// <summary>The checkout this program was built from: reports go into its docs.</summary>
internal sealed record Repository(string Root)
{
    public string Docs => Path.Combine(Root, "docs");

    public static Repository Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "harper.sln")))
                return new Repository(folder);
        throw new BenchFailure("this program does not lie in a checkout of the repository: run it with dotnet run --project Harper.Bench");
    }
}
