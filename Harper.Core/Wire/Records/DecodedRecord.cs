using Harper.Core.Values;

namespace Harper.Core.Wire.Records;

/// <summary>A record that a peer sent, in the form that is stored.</summary>
/// <param name="IsNil">The value was nil (a tombstone in a copy) or empty; Record is empty then.</param>
/// <param name="ContainsBlob">Some value in it refers to a blob.</param>
public readonly record struct DecodedRecord(EncodedRecord Record, bool IsNil, bool ContainsBlob)
{
    /// <summary>The sender's ids of the blobs whose content comes by 146; null when there are none.</summary>
    public IReadOnlyList<string>? BlobFiles { get; init; }
}
