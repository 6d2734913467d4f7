namespace Harper.Core.Wire;

/// <summary>What a decoder accepts from the other side of a socket. Every count is checked before anything is allocated for it.</summary>
/// <param name="MaxBytes">The longest message.</param>
/// <param name="MaxDepth">How deep maps and arrays may lie within each other.</param>
/// <param name="MaxElements">The most elements of all arrays and maps of one control message together.</param>
public sealed record FrameLimits(int MaxBytes, int MaxDepth = 64, int MaxElements = 1_000_000)
{
    /// <summary>The original's replication.maxPayload.</summary>
    public static readonly FrameLimits Default = new(100_000_000);

    /// <summary>Before the peer's identity is known (invariant 9).</summary>
    public static readonly FrameLimits BeforeIdentity = new(4096, 16, 1024);
}
