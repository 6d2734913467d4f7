using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Core.Wire.Data;
using Harper.Core.Wire.Records;

namespace Harper.Core.Wire.Dictionaries;

/// <summary>Turns the audit records of one message into changes in names, which own their bytes.</summary>
internal readonly struct ChangeDecoder(IncomingDictionary dictionary, int messageBytes)
{
    /// <summary>Beside a value of this length the array of its key is nothing; in the common array it would hold all of that for as long as the change is held.</summary>
    private const int LongValueBytes = 16 * 1024;

    private readonly RecordBuffer _buffer = new(Math.Clamp(messageBytes, 64, 64 * 1024), messageBytes);

    public ReceivedChange Decode(in AuditRecord record)
    {
        var table = dictionary.Table(record.TableId);
        var stamp = new Stamp(record.Version, dictionary.Origin(record.OriginId));
        var key = record.Value.Length > LongValueBytes ? new RecordKey(record.Key.ToArray()) : Copy(record.Key.Span);
        var change = new Change(table.Name, key, Kind(record), EncodedRecord.Empty, record.ExpiresAt, record.Operation);
        var received = new ReceivedChange(Classify(record), change, stamp) { ResidencyId = record.ResidencyId };
        if (!KeyCodec.IsWellFormed(key.Span)) return Undecodable(received, record, "the key is no key");
        if (received.Kind is ReceivedKind.Stub or ReceivedKind.Ignored || !record.HasValue) return received;
        try
        {
            var decoded = WireRecordDecoder.Decode(record.Value.Span, table.Structures, _buffer);
            received = received with { Change = change with { Value = decoded.Record } };
            return decoded.ContainsBlob || record.HasBlobs
                ? received with { Kind = ReceivedKind.Blobs, Raw = record.Value.ToArray(), BlobFiles = decoded.BlobFiles }
                : received;
        }
        catch (ValueFormatException fault)
        {
            return Undecodable(received, record, fault.Message);
        }
    }

    private static ReceivedChange Undecodable(in ReceivedChange received, in AuditRecord record, string problem) =>
        received with { Kind = ReceivedKind.Undecodable, Raw = record.Value.ToArray(), Problem = problem };

    private static ReceivedKind Classify(in AuditRecord record) => record switch
    {
        { IsLocalOnly: true } => ReceivedKind.Ignored,
        { IsStub: true } => ReceivedKind.Stub,
        { Type: AuditType.Put or AuditType.Delete or AuditType.Patch } => ReceivedKind.Change,
        { Type: AuditType.Message } => ReceivedKind.Message,
        { Type: AuditType.Invalidate } => ReceivedKind.Invalidate,
        { Type: AuditType.Relocate } => ReceivedKind.Relocate,
        _ => ReceivedKind.Ignored,
    };

    private static ChangeKind Kind(in AuditRecord record) =>
        record.IsTombstone ? ChangeKind.Delete : record.Type is AuditType.Patch or AuditType.Invalidate ? ChangeKind.Patch : ChangeKind.Put;

    /// <summary>Copied, so that one key that is kept does not keep its whole message.</summary>
    private RecordKey Copy(ReadOnlySpan<byte> key)
    {
        _buffer.BeginRecord();
        key.CopyTo(_buffer.GetSpan(key.Length));
        _buffer.Advance(key.Length);
        return new RecordKey(_buffer.EndRecord());
    }
}
