namespace Harper.Core.Wire;

/// <summary>Names in the sixth element of NODE_NAME. What is not announced by both sides is not used; originals announce nothing.</summary>
public static class WireCapabilities
{
    /// <summary>Checksummed messages of several transactions, with positions, gap detection and stubs (docs/wire-protocol.md).</summary>
    public const string Batches = "batches-1";

    /// <summary>Messages above 1 MiB travel in parts.</summary>
    public const string Parts = "parts-1";

    /// <summary>The receiver grants bytes; the sender waits when they are used up.</summary>
    public const string Credit = "credit-1";

    /// <summary>Vectors instead of cursors: COPY_START and COPY_COMPLETE carry the source's vector, floor, incarnation and head.</summary>
    public const string Vectors = "vectors-1";

    /// <summary>What was set aside goes with copies, the content of its blobs with it and with streams.</summary>
    public const string Held = "held-1";

    /// <summary>Everything that this version announces.</summary>
    public static readonly System.Collections.Immutable.ImmutableArray<string> All = [Batches, Parts, Credit, Vectors, Held];
}
