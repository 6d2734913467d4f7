namespace Harper.Bench.Rows;

/// <summary>One kind of work of the main table: what is loaded, how, and what is aimed at.</summary>
/// <param name="Name">How it is called on the command line.</param>
/// <param name="Goal">Records per second that are aimed at.</param>
internal sealed record RowSpec(string Name, string Title, bool Typed, int Batch, int Connections, double Goal)
{
    /// <summary>Records per run; the slower system gets the share that takes it as long.</summary>
    public required int Records { get; init; }

    public required int RecordsOfOriginal { get; init; }

    public static readonly RowSpec[] All =
    [
        new("dynamic-1000", "dynamic table, sequential keys, batches of 1,000, 4 connections", false, 1000, 4, 48_000) { Records = 200_000, RecordsOfOriginal = 40_000 },
        new("dynamic-100", "dynamic table, batches of 100, 4 connections", false, 100, 4, 40_000) { Records = 120_000, RecordsOfOriginal = 30_000 },
        new("typed-1000", "typed table without indexes, batches of 1,000, 4 connections", true, 1000, 4, 130_000) { Records = 400_000, RecordsOfOriginal = 100_000 },
        new("single-1", "single inserts, 1 connection", false, 1, 1, 3_000) { Records = 12_000, RecordsOfOriginal = 3_000 },
        new("single-4", "single inserts, 4 connections", false, 1, 4, 6_000) { Records = 24_000, RecordsOfOriginal = 5_000 },
        new("random-1000", "the same with random keys over 2,000,000 rows", false, 1000, 4, 25_000) { Records = 100_000, RecordsOfOriginal = 30_000 },
    ];
}
