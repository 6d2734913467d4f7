using System.Buffers.Binary;
using Harper.Core.Identity;
using Harper.Core.Records;
using Harper.Core.Storage.Layout;

namespace Harper.Core.Commit;

/// <summary>
/// How pieces of blobs lie in the quarantine family, behind all transactions, whose keys begin with a version without its sign.
/// <code>
/// 0xF0, sender, file, offset             content whose record is not set aside yet
/// 0xF1, version, origin, file, offset    content that belongs to a transaction
/// flags (1: last), error, content        of either
/// </code>
/// </summary>
internal static class HeldBlobCodec
{
    public const byte FirstKind = Loose;
    private const byte Loose = 0xF0, Kept = 0xF1;
    private const int OffsetBytes = 8;

    public static bool IsPiece(ReadOnlySpan<byte> key) => key[0] >= FirstKind;

    public static byte[] LoosePrefix(NodeName via, string? file = null)
    {
        var key = new ByteBuilder(64).Byte(Loose).Text(via.Value);
        return (file is null ? key : key.Text(file)).Written.ToArray();
    }

    public static byte[] LooseKey(NodeName via, string file, long offset) => At(new ByteBuilder(64).Bytes(LoosePrefix(via, file)), offset);

    public static byte[] Prefix(Stamp stamp, OriginTable origins)
    {
        var key = new ByteBuilder(16).Byte(Kept);
        QuarantineCodec.WriteKey(key, stamp, origins, null);
        return key.Written.ToArray();
    }

    public static byte[] Key(Stamp stamp, OriginTable origins, string file, long offset) => At(new ByteBuilder(64).Bytes(Prefix(stamp, origins)).Text(file), offset);

    public static long OffsetOf(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadInt64BigEndian(key[^OffsetBytes..]);

    public static byte[] Write(BlobPiece piece) =>
        new ByteBuilder(piece.Content.Length + 64).Byte(piece.IsLast ? (byte)1 : (byte)0).Text(piece.Error).Bytes(piece.Content.Span).Written.ToArray();

    public static BlobPiece Read(ReadOnlySpan<byte> fileAndOffset, ReadOnlySpan<byte> value)
    {
        var file = new ByteParser(fileAndOffset).Name();
        var parser = new ByteParser(value);
        var isLast = parser.Byte() != 0;
        return new BlobPiece(file, OffsetOf(fileAndOffset), isLast, parser.Text(), value[parser.Position..].ToArray());
    }

    public static int LengthOf(ReadOnlySpan<byte> value, out bool isLast, out string? error)
    {
        var parser = new ByteParser(value);
        isLast = parser.Byte() != 0;
        error = parser.Text();
        return parser.Left;
    }

    private static byte[] At(ByteBuilder key, long offset)
    {
        BinaryPrimitives.WriteInt64BigEndian(key.GetSpan(OffsetBytes), offset);
        key.Advance(OffsetBytes);
        return key.Written.ToArray();
    }
}
