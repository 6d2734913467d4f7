namespace Harper.Core.Wire.Data;

/// <summary>Bits of an audit record's action. The lowest four are its type.</summary>
public static class AuditAction
{
    public const uint TypeMask = 0x0F;

    /// <summary>Everything above is a storage marker that leaks into the original's copies.</summary>
    public const uint WireMask = 0xFFFF;

    public const uint FullValue = 0x10;
    public const uint PartialValue = 0x20;

    /// <summary>Ours, within batches only: the change arrived and lost at the sender; the record has no value (rule 9).</summary>
    public const uint Stub = 0x80;

    public const uint StructuresChanged = 0x0100;
    public const uint Residency = 0x0200;
    public const uint PreviousResidency = 0x0400;
    public const uint Operation = 0x0800;
    public const uint ExpiresAt = 0x1000;
    public const uint Blobs = 0x2000;
    public const uint AuditReferences = 0x4000;
    public const uint LocalOnly = 0x8000;
}

/// <summary>The type of an audit record: the lowest four bits of its action.</summary>
public enum AuditType : byte
{
    Put = 1,
    Delete = 2,
    Message = 3,
    Invalidate = 4,
    Patch = 5,
    Relocate = 6,
    Structures = 7,
    Reload = 8,
    SequenceUpdate = 11,
}
