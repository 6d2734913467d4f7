using Harper.Bench.Rows;

namespace Harper.Bench.Report;

/// <summary>What bounds a row on this machine, whatever the program: the lowest of the ceilings that its work has to pass.</summary>
internal static class Limits
{
    /// <summary>What a record takes on a socket between nodes, about.</summary>
    private const double WireBytes = 150;

    /// <returns>The limit in the row's unit, and its name; null: not measured, or nothing of the machine bounds the row.</returns>
    public static (double Value, string Name)? Of(Summary summary, string row) => row switch
    {
        "dynamic-1000" or "dynamic-100" => Lowest(summary, Rate("store-dynamic"), Rate("http-1000"), Socket),
        "typed-1000" => Lowest(summary, Rate("store-plain"), Rate("http-1000"), Socket),
        RowNames.Random => Lowest(summary, Rate("store-random"), Rate("http-1000"), Socket),
        "single-1" => Lowest(summary, OneByOne),
        "single-4" => Lowest(summary, Rate("http-4")),
        RowNames.Copy or RowNames.CatchUp => Lowest(summary, Rate("store-dynamic"), Socket),
        RowNames.Visible => Lowest(summary, OneByOne) is { } each ? (1000 / each.Value, "a request and a sync") : null,
        _ => null,
    };

    private static Func<Summary, (double, string)?> Rate(string ceiling) => summary =>
        summary.Ceiling(ceiling) is { } limit ? (limit, ceiling.StartsWith("store", StringComparison.Ordinal) ? "RocksDB alone" : "HTTP alone") : null;

    private static (double, string)? Socket(Summary summary) => summary.Ceiling("websocket") is { } megabytes ? (megabytes * 1e6 / WireBytes, "WebSocket alone") : null;

    /// <summary>One after the other, each synced: a request's time and a sync's.</summary>
    private static (double, string)? OneByOne(Summary summary) =>
        summary.Ceiling("http-1") is { } requests && summary.Ceiling("sync") is { } syncs ? (1 / (1 / requests + 1 / syncs), "HTTP and a sync alone") : null;

    private static (double Value, string Name)? Lowest(Summary summary, params Func<Summary, (double Value, string Name)?>[] limits) =>
        limits.Select(limit => limit(summary)).OfType<(double Value, string Name)>().OrderBy(limit => limit.Value).Cast<(double Value, string Name)?>().FirstOrDefault();
}
