using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;

namespace Harper.Core.Wire.Data;

/// <summary>
/// Sections of a batch for what was set aside: a transaction in the form in which the quarantine stores it, with names in place of numbers, and content of blobs.
/// <code>
/// blob = origin, version, file, offset, flags (1: last), error, content
/// </code>
/// </summary>
internal static class HeldSections
{
    public static void Write(ByteBuilder to, HeldTransaction held) =>
        QuarantineCodec.Write(to, new StoredQuarantine(held.Entry, double.NaN, held.IsCopied));

    public static void Write(ByteBuilder to, BlobPiece piece)
    {
        to.Text(piece.Of.Origin.Value).Double(piece.Of.Version).Text(piece.File).Number(piece.Offset).Byte(piece.IsLast ? (byte)1 : (byte)0);
        to.Text(piece.Error).Bytes(piece.Content.Span);
    }

    /// <exception cref="FrameError">The bytes are no such transaction.</exception>
    public static HeldTransaction Read(ReadOnlySpan<byte> bytes) => Checked(bytes, static bytes =>
    {
        var stored = QuarantineCodec.Read(bytes);
        var transaction = stored.Entry.Transaction;
        if (stored.Copied && transaction.Changes.Length != 1) throw FrameError.Malformed("a row of a copy is one change");
        foreach (ref readonly var change in transaction.Changes.AsSpan())
            if (stored.Copied && !KeyCodec.IsWellFormed(change.Key.Span)) throw FrameError.Malformed("a key is no key");
        return new HeldTransaction(stored.Entry, stored.Copied);
    });

    /// <exception cref="FrameError">The bytes are no such piece.</exception>
    public static BlobPiece ReadBlob(ReadOnlySpan<byte> bytes) => Checked(bytes, static bytes =>
    {
        var parser = new ByteParser(bytes);
        var origin = new NodeName(parser.Name());
        var stamp = new Stamp(parser.Double(), origin);
        var file = parser.Name();
        var offset = parser.Number();
        if (file.Length > Records.BlobReference.MaxFileBytes || offset < 0) throw FrameError.Malformed("a piece of a blob without a place");
        var isLast = parser.Byte() != 0;
        return new BlobPiece(file, offset, isLast, parser.Text(), bytes[parser.Position..].ToArray()) { Of = stamp };
    });

    private delegate T Reader<out T>(ReadOnlySpan<byte> bytes);

    private static T Checked<T>(ReadOnlySpan<byte> bytes, Reader<T> read)
    {
        try
        {
            return read(bytes);
        }
        catch (StoreException broken)
        {
            throw FrameError.Malformed($"what was set aside cannot be read: {broken.Message}");
        }
    }
}
