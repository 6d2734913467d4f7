using Harper.Core.Values;

namespace Harper.Core.Wire.Records;

/// <param name="IsNil">The value was nil (a tombstone in a copy) or empty; Record is empty then.</param>
/// <param name="ContainsBlob">Some value in it refers to a blob.</param>
public readonly record struct DecodedRecord(EncodedRecord Record, bool IsNil, bool ContainsBlob);

/// <summary>Reads the records that peers send, in any of their encodings, into the self-contained form that is stored. Not thread-safe.</summary>
public static class WireRecordDecoder
{
    /// <param name="value">The value bytes of an audit record, whole.</param>
    /// <param name="buffer">Takes the record's bytes as its next record.</param>
    /// <exception cref="ValueFormatException">The bytes are no record of these structures.</exception>
    public static DecodedRecord Decode(ReadOnlySpan<byte> value, RecordStructures structures, RecordBuffer buffer) =>
        throw new NotImplementedException();
}
