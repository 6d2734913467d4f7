namespace Harper.Bench.Measure;

/// <summary>What a folder takes on disk: blocks that are really there, as du counts them, not the lengths that files claim.</summary>
internal static class FolderSize
{
    public static double Megabytes(string folder)
    {
        var text = Tool.Run("du", "-s", "--block-size=1024", folder) ?? throw new BenchFailure("du is not there, and disk space is counted with it");
        return long.Parse(text.Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture) / 1024d;
    }
}
