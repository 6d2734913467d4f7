namespace Harper.Core.Commit;

/// <summary>What the operator decides about a database's engine, and its bounds (architecture 9).</summary>
public sealed record EngineSettings
{
    public static readonly EngineSettings Default = new();

    /// <summary>True: a commit is answered when it would survive a power loss (<c>storage.durability: sync</c>).</summary>
    public bool Sync { get; init; } = true;

    public int MaxRecordsPerTransaction { get; init; } = 100_000;

    public long MaxTransactionBytes { get; init; } = 64L << 20;

    /// <summary>A remote version further ahead of the wall is set aside until its time comes (rule 8).</summary>
    public double MaxClockAheadMs { get; init; } = 60_000;

    /// <summary>Above this the bytes of what is quarantined go and only the need to copy the table is remembered (rule 24).</summary>
    public long MaxQuarantineBytes { get; init; } = 64L << 20;
}
