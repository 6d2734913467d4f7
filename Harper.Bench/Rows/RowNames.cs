namespace Harper.Bench.Rows;

/// <summary>Rows that are not kinds of load, by their names on the command line.</summary>
internal static class RowNames
{
    public const string Visible = "visible";
    public const string Syncs = "syncs";
    public const string Start = "start";
    public const string BuildStart = "build-start";
    public const string MemoryIdle = "memory-idle";
    public const string Memory200K = "memory-200k";
    public const string Memory1M = "memory-1m";
    public const string Copy = "copy";
    public const string CatchUp = "catch-up";
    public const string Disk = "disk";
    public const string Restarts = "restarts";
    public const string Random = "random-1000";
    public const string Ceilings = "ceilings";

    /// <summary>Parts of the life of one pair, in the order in which it lives through them.</summary>
    public static readonly string[] Volume = [Start, MemoryIdle, Memory200K, Copy, CatchUp, Disk, Restarts, Memory1M, Random];

    public static readonly string[] All = [.. RowSpec.All.Select(row => row.Name), Visible, Syncs, .. Volume.Except([Random]), BuildStart, Ceilings];
}
