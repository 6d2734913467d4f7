using System.Buffers.Binary;
using Harper.Core.Keys;
using Harper.Core.Transactions;

namespace Harper.Core.Wire.Data;

/// <summary>Reads one audit record from its entry.</summary>
internal static class AuditRecordParser
{
    /// <summary>Storage puts the previous local time (0x42...) or a placeholder (the float64 2.0, 0x40 and zeros) before a record; either may leak.</summary>
    private const byte PreviousTime = 0x42;

    public static AuditRecord Parse(ReadOnlyMemory<byte> entry)
    {
        var reader = new EntryReader(entry);
        if (reader.Remaining > 8 && (reader.Peek == PreviousTime || IsPlaceholder(entry.Span))) reader.Skip(8);
        var action = reader.Varint("the action") & AuditAction.WireMask;
        var origin = reader.Id("the origin id");
        var table = reader.Id("the table id");
        var keyLength = reader.Varint("the key length");
        if (keyLength > RecordKey.MaxBytes) throw FrameError.TooLarge("a key", keyLength, RecordKey.MaxBytes);
        var key = reader.Take(keyLength, "the key");
        var version = reader.Time("the version");
        uint? residency = (action & AuditAction.Residency) != 0 ? reader.Varint("the residency id") : null;
        uint? previousResidency = (action & AuditAction.PreviousResidency) != 0 ? reader.Varint("the previous residency id") : null;
        double? expiresAt = (action & AuditAction.ExpiresAt) != 0 ? reader.Double("the expiry") : null;
        var operation = (action & AuditAction.Operation) != 0 ? reader.Varint("the originating operation") : 0;
        if ((action & AuditAction.AuditReferences) != 0) SkipReferences(ref reader);
        var user = reader.Take(reader.Varint("the user length"), "the user");
        return new AuditRecord
        {
            Action = action, OriginId = origin, TableId = table, Key = key, Version = version, ResidencyId = residency,
            PreviousResidencyId = previousResidency, ExpiresAt = expiresAt is { } at && double.IsFinite(at) && at > 0 ? at : null,
            Operation = operation is >= 1 and <= 3 ? (OriginatingOperation)operation : OriginatingOperation.None,
            User = user, Value = reader.Rest(),
        };
    }

    private static bool IsPlaceholder(ReadOnlySpan<byte> entry) => BinaryPrimitives.ReadUInt64BigEndian(entry) == 0x4000000000000000;

    private static void SkipReferences(ref EntryReader reader)
    {
        var count = reader.Byte("the number of audit references");
        for (var i = 0; i < count; i++)
        {
            reader.Skip(8);
            reader.Varint("the node of an audit reference");
        }
    }
}
