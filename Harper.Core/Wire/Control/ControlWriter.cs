using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Harper.Core.Wire.Control;

/// <summary>
/// Writes the MessagePack of control messages as the original does: map16 even for small maps, float64 for whatever is no 32-bit
/// integer. Members that are null are left out, as the protocol allows.
/// </summary>
internal readonly struct ControlWriter(IBufferWriter<byte> to)
{
    public void Message(ControlCommand command, int elements)
    {
        Array(elements + 1);
        Integer((byte)command);
    }

    public void Array(int count)
    {
        if (count < 16) Byte((byte)(0x90 | count));
        else if (count <= ushort.MaxValue) Head(0xdc, 2, (uint)count);
        else Head(0xdd, 4, (uint)count);
    }

    public void Map(int count)
    {
        if (count <= ushort.MaxValue) Head(0xde, 2, (uint)count);
        else Head(0xdf, 4, (uint)count);
    }

    public void Undefined() => to.Write<byte>([0xd4, 0, 0]);

    public void Nil() => Byte(0xc0);

    public void Boolean(bool value) => Byte(value ? (byte)0xc3 : (byte)0xc2);

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        if (length < 32) Byte((byte)(0xa0 | length));
        else if (length <= byte.MaxValue) Head(0xd9, 1, (uint)length);
        else if (length <= ushort.MaxValue) Head(0xda, 2, (uint)length);
        else Head(0xdb, 4, (uint)length);
        to.Advance(Encoding.UTF8.GetBytes(value, to.GetSpan(length)));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        if (value.Length <= byte.MaxValue) Head(0xc4, 1, (uint)value.Length);
        else if (value.Length <= ushort.MaxValue) Head(0xc5, 2, (uint)value.Length);
        else Head(0xc6, 4, (uint)value.Length);
        to.Write(value);
    }

    /// <summary>Already encoded: an opaque value that is echoed.</summary>
    public void Raw(ReadOnlySpan<byte> value) => to.Write(value);

    public void Integer(long value)
    {
        switch (value)
        {
            case >= 0 and < 0x80: Byte((byte)value); break;
            case >= 0 and <= byte.MaxValue: Head(0xcc, 1, (uint)value); break;
            case >= 0 and <= ushort.MaxValue: Head(0xcd, 2, (uint)value); break;
            case >= 0 and <= uint.MaxValue: Head(0xce, 4, (uint)value); break;
            case < 0 and >= -32: Byte((byte)value); break;
            case < 0 and >= sbyte.MinValue: Head(0xd0, 1, (byte)value); break;
            case < 0 and >= short.MinValue: Head(0xd1, 2, (ushort)value); break;
            case < 0 and >= int.MinValue: Head(0xd2, 4, (uint)value); break;
            case >= -(1L << 53) and <= 1L << 53: Float(value); break;
            default: BigInteger(value); break;
        }
    }

    /// <summary>A whole number goes as an integer where 32 bits hold it, as the original's writer does.</summary>
    public void Number(double value)
    {
        if (value is >= int.MinValue and <= uint.MaxValue && double.Truncate(value) == value) Integer((long)value);
        else Float(value);
    }

    public void Member(string name, string value)
    {
        Text(name);
        Text(value);
    }

    public void Member(string name, double value)
    {
        Text(name);
        Number(value);
    }

    public void Member(string name, bool value)
    {
        Text(name);
        Boolean(value);
    }

    private void BigInteger(long value)
    {
        var span = to.GetSpan(9);
        span[0] = value < 0 ? (byte)0xd3 : (byte)0xcf;
        BinaryPrimitives.WriteInt64BigEndian(span[1..], value);
        to.Advance(9);
    }

    private void Float(double value)
    {
        var span = to.GetSpan(9);
        span[0] = 0xcb;
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], value);
        to.Advance(9);
    }

    private void Byte(byte value)
    {
        to.GetSpan(1)[0] = value;
        to.Advance(1);
    }

    private void Head(byte token, int size, uint value)
    {
        var span = to.GetSpan(5);
        span[0] = token;
        for (var i = size; i > 0; i--, value >>= 8) span[i] = (byte)value;
        to.Advance(size + 1);
    }
}
