using System.Buffers;
using System.Numerics;
using System.Text;

namespace Harper.Core.Keys;

/// <summary>
/// Writes one key in ordered-binary form: a single element, or the elements of a compound key one after the other.
/// </summary>
public ref struct OrderedKeyWriter(IBufferWriter<byte> output, bool compound = false)
{
    private bool _begun;

    public void Null() => Element(0x00);

    public void Boolean(bool value) => Element(value ? (byte)0x07 : (byte)0x06);

    public void Number(double value)
    {
        Separate();
        output.Advance(OrderedNumber.Write(output.GetSpan(OrderedNumber.FullBytes), value, compound));
    }

    /// <exception cref="KeyFormatException">The number is beyond all doubles.</exception>
    public void BigInteger(BigInteger value)
    {
        var floor = OrderedNumber.Floor(value) ?? throw new KeyFormatException("A big integer beyond 1.8e308 cannot be a key.");
        if (new BigInteger(floor) == value)
        {
            Number(floor);
            return;
        }

        Separate();
        output.Advance(OrderedNumber.WriteBig(output.GetSpan(OrderedNumber.BigBytes(value)), value, floor));
    }

    public void Text(scoped ReadOnlySpan<char> value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        var rented = length > 512 ? ArrayPool<byte>.Shared.Rent(length) : null;
        var utf8 = rented is null ? stackalloc byte[512] : rented;
        Text(utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Valid UTF-8.</summary>
    public void Text(scoped ReadOnlySpan<byte> utf8)
    {
        Separate();
        if (OrderedText.NeedsPrefix(utf8)) Byte(OrderedText.Prefix);
        if (!OrderedText.NeedsEscapes(utf8))
        {
            utf8.CopyTo(output.GetSpan(utf8.Length));
            output.Advance(utf8.Length);
            return;
        }

        foreach (var octet in utf8)
        {
            if (octet <= OrderedText.Escape) Byte(OrderedText.Escape);
            Byte(octet);
        }
    }

    private void Element(byte value)
    {
        Separate();
        Byte(value);
    }

    private void Separate()
    {
        if (_begun) Byte(0);
        _begun = compound;
    }

    private readonly void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}
