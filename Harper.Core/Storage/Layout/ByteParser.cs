using System.Buffers.Binary;
using System.Text;

namespace Harper.Core.Storage.Layout;

/// <summary>Reads back what <see cref="ByteBuilder"/> wrote. Bytes that end too early are a corrupt store, never an index out of range.</summary>
internal ref struct ByteParser(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public readonly int Left => _bytes.Length - Position;

    public byte Byte() => Take(1)[0];

    public ReadOnlySpan<byte> Bytes(long length) => Take(length);

    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    public Guid Guid() => new(Take(16));

    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return (long)value;
        }

        throw Broken();
    }

    /// <summary>A number that counts things, each of at least one byte: checked before anything is allocated for it.</summary>
    public int Count()
    {
        var count = Number();
        if (count < 0 || count > Left) throw Broken();
        return (int)count;
    }

    public string? Text()
    {
        var length = Number();
        return length == 0 ? null : Encoding.UTF8.GetString(Take(length - 1));
    }

    public string Name() => Text() ?? throw Broken();

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length < 0 || length > Left) throw Broken();
        var taken = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return taken;
    }

    private static StoreException Broken() => new(StoreFault.Corrupt, "a stored entry ends before it should");
}
