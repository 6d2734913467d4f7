using System.Buffers;

namespace Harper.Core.Values;

/// <summary>The form of values that digests are taken of (rule 26): names sorted, numbers as float64, big integers as such. Equal values, equal bytes.</summary>
public static class CanonicalValue
{
    public static void Append(ReadOnlySpan<byte> value, IBufferWriter<byte> into) => throw new NotImplementedException();

    public static void Append(in EncodedRecord record, IBufferWriter<byte> into) => throw new NotImplementedException();
}
