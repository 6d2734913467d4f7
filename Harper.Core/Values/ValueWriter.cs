using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Harper.Core.Values;

/// <summary>
/// Writes values of the dialect. The one form per value: the shortest integer form up to 32 bits, float64 for every other
/// number, big integers in 64 bits where they fit. Containers are begun with their counts; nested records with their names (id
/// 0x7F, defined anew each time).
/// </summary>
public readonly ref struct ValueWriter(IBufferWriter<byte> output)
{
    /// <summary>The id of nested records that are defined each time and never referred to.</summary>
    internal const byte UnsharedId = 0x7F;

    public void Null() => Byte(0xC0);

    public void Undefined()
    {
        var span = output.GetSpan(3);
        span[0] = 0xD4;
        span[1] = 0;
        span[2] = 0;
        output.Advance(3);
    }

    public void Boolean(bool value) => Byte(value ? (byte)0xC3 : (byte)0xC2);

    public void Number(double value) => output.Advance(NumberForm.Write(output.GetSpan(NumberForm.MaxBytes), value));

    public void Number(long value) => output.Advance(NumberForm.Write(output.GetSpan(NumberForm.MaxBytes), value));

    /// <summary>A float64 in 9 bytes whatever its value: time slots.</summary>
    public void FixedNumber(double value) => output.Advance(NumberForm.WriteFloat(output.GetSpan(NumberForm.MaxBytes), value));

    public void BigInteger(BigInteger value)
    {
        if (value >= long.MinValue && value <= ulong.MaxValue)
        {
            var span = output.GetSpan(9);
            span[0] = value > long.MaxValue ? (byte)0xCF : (byte)0xD3;
            if (value > long.MaxValue) BinaryPrimitives.WriteUInt64BigEndian(span[1..], (ulong)value);
            else BinaryPrimitives.WriteInt64BigEndian(span[1..], (long)value);
            output.Advance(9);
            return;
        }

        var length = value.GetByteCount();
        ExtensionHeader(length, 0x42);
        value.TryWriteBytes(output.GetSpan(length), out _, isBigEndian: true);
        output.Advance(length);
    }

    public void Text(ReadOnlySpan<char> value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        TextHeader(length);
        Encoding.UTF8.GetBytes(value, output.GetSpan(length));
        output.Advance(length);
    }

    /// <summary>Valid UTF-8.</summary>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        TextHeader(utf8.Length);
        Raw(utf8);
    }

    public void Binary(ReadOnlySpan<byte> value)
    {
        Header(value.Length, 0, -1, 0xC4, 0xC5, 0xC6);
        Raw(value);
    }

    /// <summary>Milliseconds since 1970; NaN for an invalid date.</summary>
    public void Date(double milliseconds) => output.Advance(DateForm.Write(output.GetSpan(DateForm.MaxBytes), milliseconds));

    public void BeginArray(int count) => Header(count, 0x90, 15, 0, 0xDC, 0xDD);

    public void BeginRecord(params ReadOnlySpan<string> names)
    {
        Raw([0xD4, 0x72, UnsharedId]);
        BeginArray(names.Length);
        foreach (var name in names) Text(name.AsSpan());
    }

    /// <summary>Bytes that are values already.</summary>
    public void Raw(ReadOnlySpan<byte> values)
    {
        values.CopyTo(output.GetSpan(values.Length));
        output.Advance(values.Length);
    }

    internal void TextHeader(int length) => Header(length, 0xA0, 31, 0xD9, 0xDA, 0xDB);

    private void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    // A length in the shortest of the forms that the type has: in the token itself, or in 1 (where there is one), 2 or 4 bytes.
    private void Header(int length, byte token, int fits, byte token8, byte token16, byte token32)
    {
        var span = output.GetSpan(5);
        int size;
        if (length <= fits)
        {
            span[0] = (byte)(token | length);
            size = 1;
        }
        else if (length <= 0xFF && token8 != 0)
        {
            span[0] = token8;
            span[1] = (byte)length;
            size = 2;
        }
        else if (length <= 0xFFFF)
        {
            span[0] = token16;
            BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)length);
            size = 3;
        }
        else
        {
            span[0] = token32;
            BinaryPrimitives.WriteInt32BigEndian(span[1..], length);
            size = 5;
        }

        output.Advance(size);
    }

    private void ExtensionHeader(int length, byte type)
    {
        Header(length, 0, -1, 0xC7, 0xC8, 0xC9);
        Byte(type);
    }
}
