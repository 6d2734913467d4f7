using Harper.Core.Transactions;

namespace Harper.Core.Wire.Data;

/// <summary>
/// One change as it lies in a received message, in the sender's own numbers. Its memory is the message's: nothing is copied, so it
/// lives as long as the message does.
/// </summary>
public readonly struct AuditRecord
{
    /// <summary>Action bits with everything above 0xFFFF masked off: 4.7 leaks a storage marker into the records of its copies.</summary>
    public uint Action { get; init; }

    public AuditType Type => (AuditType)(Action & AuditAction.TypeMask);

    /// <summary>The sender's short id of the origin.</summary>
    public int OriginId { get; init; }

    /// <summary>The sender's id of the table.</summary>
    public int TableId { get; init; }

    /// <summary>Ordered-binary.</summary>
    public ReadOnlyMemory<byte> Key { get; init; }

    public double Version { get; init; }

    public double? ExpiresAt { get; init; }

    public uint? ResidencyId { get; init; }

    public uint? PreviousResidencyId { get; init; }

    public OriginatingOperation Operation { get; init; }

    /// <summary>Ordered-binary string; empty: no user.</summary>
    public ReadOnlyMemory<byte> User { get; init; }

    /// <summary>To the end of the entry. Only a value when the action says so; see <see cref="HasValue"/>.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>A delete has none, whatever byte follows it; nor has a put of nil, which is how copies carry deleted rows.</summary>
    public bool HasValue =>
        (Action & (AuditAction.FullValue | AuditAction.PartialValue)) != 0 && !Value.IsEmpty && !(Value.Length == 1 && Value.Span[0] == 0xC0);

    /// <summary>A delete, or a put of nil: the row ends with this version.</summary>
    public bool IsTombstone => Type == AuditType.Delete || (Type == AuditType.Put && !HasValue && !IsStub);

    public bool HasBlobs => (Action & AuditAction.Blobs) != 0;

    public bool IsStub => (Action & AuditAction.Stub) != 0;

    /// <summary>v5 marks what must not leave its node; what arrives all the same is dropped.</summary>
    public bool IsLocalOnly => (Action & AuditAction.LocalOnly) != 0;
}
