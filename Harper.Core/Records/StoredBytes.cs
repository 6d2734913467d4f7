using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Harper.Core.Records;

/// <summary>Writes the primitives of the stored forms: LEB128 numbers, big-endian doubles, counted UTF-8.</summary>
public readonly ref struct StoredWriter(IBufferWriter<byte> output)
{
    public void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    public void Number(int value)
    {
        var span = output.GetSpan(5);
        var rest = (uint)value;
        var length = 0;
        for (; rest >= 0x80; rest >>= 7) span[length++] = (byte)(rest | 0x80);
        span[length++] = (byte)rest;
        output.Advance(length);
    }

    public void Double(double value)
    {
        BinaryPrimitives.WriteDoubleBigEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    public void Text(string value)
    {
        Number(Encoding.UTF8.GetByteCount(value));
        output.Advance(Encoding.UTF8.GetBytes(value, output.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length))));
    }

    public void Bytes(ReadOnlySpan<byte> value) => output.Write(value);

    public void Counted(ReadOnlySpan<byte> value)
    {
        Number(value.Length);
        output.Write(value);
    }
}

/// <summary>Reads what <see cref="StoredWriter"/> wrote. Anything else is an <see cref="InvalidDataException"/>, never a wild read.</summary>
public struct StoredReader(ReadOnlyMemory<byte> stored)
{
    private int _offset;

    public readonly bool AtEnd => _offset == stored.Length;

    public byte Byte()
    {
        if (_offset >= stored.Length) throw Short();
        return stored.Span[_offset++];
    }

    public int Number()
    {
        var value = 0u;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var part = Byte();
            value |= (uint)(part & 0x7f) << shift;
            if (part < 0x80) return value <= int.MaxValue ? (int)value : throw Short();
        }

        throw Short();
    }

    /// <summary>A number of things that follow, each at least one byte: never more than there are bytes.</summary>
    public int Count()
    {
        var count = Number();
        return count <= stored.Length - _offset ? count : throw Short();
    }

    public double Double()
    {
        if (stored.Length - _offset < 8) throw Short();
        var value = BinaryPrimitives.ReadDoubleBigEndian(stored.Span[_offset..]);
        _offset += 8;
        return value;
    }

    public string Text() => Encoding.UTF8.GetString(Counted().Span);

    public ReadOnlyMemory<byte> Counted()
    {
        var length = Count();
        var bytes = stored.Slice(_offset, length);
        _offset += length;
        return bytes;
    }

    public ReadOnlyMemory<byte> Rest()
    {
        var rest = stored[_offset..];
        _offset = stored.Length;
        return rest;
    }

    private static InvalidDataException Short() => new("Stored bytes end before what they announce.");
}
