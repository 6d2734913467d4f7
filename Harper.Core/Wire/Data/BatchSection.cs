namespace Harper.Core.Wire.Data;

/// <summary>One transaction of a batch, or a stretch of copied rows, whose records each carry their own stamp.</summary>
public readonly struct BatchSection
{
    public SectionKind Kind { get; init; }

    public int OriginId { get; init; }

    public double Version { get; init; }

    /// <summary>Version of the origin's transaction before this one (rule 17); 0: it is the first.</summary>
    public double Previous { get; init; }

    /// <summary>In the sender's log.</summary>
    public double Position { get; init; }

    public ReadOnlyMemory<byte> User { get; init; }

    /// <summary>Audit records, each with its length before it.</summary>
    public ReadOnlyMemory<byte> Entries { get; init; }
}
