using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Records;
using Harper.Core.Transactions;

namespace Harper.Core.Wire.Data;

/// <summary>What one change of a message is, beyond put, patch and delete.</summary>
public enum ReceivedKind : byte
{
    /// <summary>Put, patch or delete: <see cref="ReceivedChange.Change"/> can be applied.</summary>
    Change,

    /// <summary>It lost at the sender and has no value; it counts for completeness only (rule 9).</summary>
    Stub,

    /// <summary>A published message: belongs to the log, changes no row.</summary>
    Message,

    /// <summary>A cache entry that became invalid, or a row that lives elsewhere: only indexed attributes are known.</summary>
    Invalidate,

    Relocate,

    /// <summary>A value with blobs that come by 146.</summary>
    Blobs,

    /// <summary>The value cannot be read: to be quarantined (rule 24). <see cref="ReceivedChange.Raw"/> has its bytes.</summary>
    Undecodable,

    /// <summary>Never to be sent to peers, or of a type this version does not know: dropped and counted.</summary>
    Ignored,
}

/// <summary>One change of a received transaction, in names.</summary>
/// <param name="Stamp">Its own: in a copy each row has another one.</param>
/// <param name="Raw">Value bytes as received.</param>
/// <param name="Problem">Why it is undecodable, for the quarantine.</param>
public readonly record struct ReceivedChange(
    ReceivedKind Kind, Change Change, Stamp Stamp, ReadOnlyMemory<byte> Raw = default, string? Problem = null)
{
    /// <summary>What few changes have, in a place of its own: many are held at once.</summary>
    private readonly Rarity? _rarity = Raw.IsEmpty && Problem is null ? null : new Rarity(Raw, Problem, null, null);

    public ReadOnlyMemory<byte> Raw
    {
        get => _rarity?.Raw ?? default;
        init => _rarity = value.IsEmpty && _rarity is null ? null : Rare() with { Raw = value };
    }

    public string? Problem
    {
        get => _rarity?.Problem;
        init => _rarity = value is null && _rarity is null ? null : Rare() with { Problem = value };
    }

    /// <summary>Where the row lives, when the sender shards; a node without sharding may ignore it.</summary>
    public uint? ResidencyId
    {
        get => _rarity?.ResidencyId;
        init => _rarity = value is null && _rarity is null ? null : Rare() with { ResidencyId = value };
    }

    /// <summary>The sender's ids of blobs whose content comes by 146; null when there are none.</summary>
    public IReadOnlyList<string>? BlobFiles
    {
        get => _rarity?.BlobFiles;
        init => _rarity = value is null && _rarity is null ? null : Rare() with { BlobFiles = value };
    }

    private Rarity Rare() => _rarity ?? Rarity.None;

    private sealed record Rarity(ReadOnlyMemory<byte> Raw, string? Problem, uint? ResidencyId, IReadOnlyList<string>? BlobFiles)
    {
        public static readonly Rarity None = new(default, null, null, null);
    }
}

/// <summary>A transaction that a peer sent, with all numbers turned into names.</summary>
/// <param name="Previous">Version of the origin's transaction before this one; null from originals (rule 17).</param>
/// <param name="Position">The sender's position after it: in-band from originals (often absent), always there from ours.</param>
/// <param name="IsCopy">Ours: rows of a copy, each with its own stamp, none of which is logged.</param>
public sealed record ReceivedTransaction(
    Stamp Stamp, string? User, double? Previous, double? Position, bool IsCopy, ImmutableArray<ReceivedChange> Changes)
{
    /// <summary>Ours: it is no transaction but one that was set aside at the sender, as a copy brings it.</summary>
    public HeldTransaction? Held { get; init; }

    /// <summary>Ours: it is no transaction but content of a blob that the transaction of this stamp speaks of.</summary>
    public BlobPiece? Blob { get; init; }
}
