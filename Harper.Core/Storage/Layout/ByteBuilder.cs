using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Harper.Core.Storage.Layout;

/// <summary>A growing run of bytes that is used again and again: what is written to it lies in one array.</summary>
internal sealed class ByteBuilder(int capacity = 256) : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    public ReadOnlySpan<byte> Slice(int start, int length) => _bytes.AsSpan(start, length);

    public ByteBuilder Clear()
    {
        // A single huge entry must not hold its memory for ever.
        if (_bytes.Length > 16 << 20) _bytes = new byte[capacity];
        Length = 0;
        return this;
    }

    public void Truncate(int length) => Length = length;

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(Length);
    }

    public ByteBuilder Byte(byte value)
    {
        Reserve(1);
        _bytes[Length++] = value;
        return this;
    }

    public ByteBuilder Bytes(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_bytes.AsSpan(Length));
        Length += value.Length;
        return this;
    }

    public ByteBuilder UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(GetSpan(2), value);
        Length += 2;
        return this;
    }

    public ByteBuilder UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(GetSpan(4), value);
        Length += 4;
        return this;
    }

    /// <summary>Writes over what stands there.</summary>
    public void SetUInt32(int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(at, 4), value);

    public ByteBuilder Double(double value)
    {
        BinaryPrimitives.WriteDoubleBigEndian(GetSpan(8), value);
        Length += 8;
        return this;
    }

    /// <summary>7 bits per byte, lowest first.</summary>
    public ByteBuilder Number(long value)
    {
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            Byte((byte)(rest | 0x80));
            rest >>= 7;
        }

        return Byte((byte)rest);
    }

    public ByteBuilder Text(string? value)
    {
        if (value is null) return Number(0);
        var size = Encoding.UTF8.GetByteCount(value);
        Number(size + 1);
        Encoding.UTF8.GetBytes(value, GetSpan(size));
        Length += size;
        return this;
    }

    public ByteBuilder Guid(Guid value)
    {
        value.TryWriteBytes(GetSpan(16));
        Length += 16;
        return this;
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - Length < count) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
    }
}
