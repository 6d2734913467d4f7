using System.Text;
using Harper.Core.Values;

namespace Harper.Core.Wire.Records;

/// <summary>What stands in a record for a blob: <c>[properties, bytes]</c> when it is small, <c>[properties, storage, file]</c> when its content comes by 146 (W 8.1).</summary>
internal static class BlobReference
{
    /// <summary>Beyond this no sender names its files.</summary>
    public const int MaxFileBytes = 256;

    /// <summary>The sender's id of the file; null when the content stands in the record, or what stands there is no reference.</summary>
    public static string? FileOf(ReadOnlySpan<byte> content)
    {
        try
        {
            var reader = new ValueReader(content);
            if (reader.Kind != ValueKind.Array || reader.ReadArray() != 3) return null;
            reader.Skip();
            reader.Skip();
            return reader.Kind == ValueKind.Text && reader.ReadText() is { IsEmpty: false, Length: <= MaxFileBytes } file ? Encoding.UTF8.GetString(file) : null;
        }
        catch (ValueFormatException)
        {
            return null;
        }
    }
}
