namespace Harper.Actors.Operations;

/// <summary>Bounds of the operations API.</summary>
public sealed record OperationSettings
{
    /// <summary>Longest time a handler may take (operationsApi.network.timeout).</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Longest time one search may hold its snapshot.</summary>
    public TimeSpan ReadDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A scan gives its thread back this often.</summary>
    public TimeSpan ReadSlice { get; init; } = TimeSpan.FromMilliseconds(10);

    public int MaxTransactionRecords { get; init; } = 100_000;

    public long MaxTransactionBytes { get; init; } = 64L << 20;
}
