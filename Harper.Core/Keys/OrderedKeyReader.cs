using System.Numerics;
using System.Text.Unicode;

namespace Harper.Core.Keys;

/// <summary>Reads a key element by element. Untrusted bytes: what is no key is a <see cref="KeyFormatException"/>.</summary>
public ref struct OrderedKeyReader(ReadOnlySpan<byte> key)
{
    private readonly ReadOnlySpan<byte> _key = key;
    private int _position;

    public KeyElementKind Kind { get; private set; }

    /// <summary>The element's bytes as they stand in the key.</summary>
    public ReadOnlySpan<byte> Raw { get; private set; }

    public readonly bool Boolean => Raw[0] == 0x07;

    public readonly double Number => OrderedNumber.Read(Raw);

    public readonly BigInteger BigInteger => OrderedNumber.ReadBig(Raw);

    /// <summary>Whether the key has more than one element, so that it is an array.</summary>
    public static bool IsCompound(ReadOnlySpan<byte> key)
    {
        var reader = new OrderedKeyReader(key);
        return reader.MoveNext() && reader._position < key.Length;
    }

    public bool MoveNext()
    {
        if (_position >= _key.Length)
            return _key.IsEmpty ? throw new KeyFormatException("A key is empty.") : false;
        if (_position > 0)
        {
            if (_key[_position] != 0) throw new KeyFormatException("The elements of a key are not separated.");
            if (++_position == _key.Length) throw new KeyFormatException("A key ends behind a separator.");
        }

        var rest = _key[_position..];
        var length = ElementLength(rest);
        Raw = rest[..length];
        _position += length;
        return true;
    }

    /// <summary>
    /// UTF-8 of a text element: a slice of the key, or in the scratch space, which is as long as <see cref="Raw"/>.
    /// </summary>
    public readonly ReadOnlySpan<byte> Text(Span<byte> scratch) => OrderedText.Decode(Raw[0] == SymbolTag ? Raw[1..] : Raw, scratch);

    private const byte SymbolTag = 0x02;

    private int ElementLength(ReadOnlySpan<byte> rest)
    {
        var first = rest[0];
        switch (first)
        {
            case 0x00:
                Kind = KeyElementKind.Null;
                return 1;
            case 0x06 or 0x07:
                Kind = KeyElementKind.Boolean;
                return 1;
            case >= 0x08 and < 0x18:
                return NumberLength(rest);
            case >= OrderedText.Prefix:
                Kind = KeyElementKind.Text;
                return TextLength(rest);
            case SymbolTag when rest.Length > 1:
                Kind = KeyElementKind.Text;
                return 1 + TextLength(rest[1..]);
            case 0x01 or 0x03 or 0x04 or 0x05 when _position == 0:
                Kind = KeyElementKind.Binary;
                return rest.Length;
            default:
                throw new KeyFormatException($"No element of a key begins with 0x{first:x2}.");
        }
    }

    private int NumberLength(ReadOnlySpan<byte> rest)
    {
        Kind = KeyElementKind.Number;
        if (rest.Length < OrderedNumber.FullBytes && (rest.Length is not (4 or 6 or 8) || rest[0] < 0x10))
            throw new KeyFormatException($"A number in a key has {rest.Length} bytes.");
        var length = Math.Min(rest.Length, OrderedNumber.FullBytes);
        while (length < rest.Length && (rest[length] & 0x80) != 0) length++;
        if (length > OrderedNumber.FullBytes || (length == OrderedNumber.FullBytes && (rest[8] & 0xF) != 0))
            Kind = KeyElementKind.BigInteger;
        var number = OrderedNumber.Read(rest[..length]);
        if (double.IsNaN(number) || (Kind == KeyElementKind.BigInteger && double.IsInfinity(number)))
            throw new KeyFormatException("A number in a key has no value.");
        return length;
    }

    private static int TextLength(ReadOnlySpan<byte> rest)
    {
        var length = OrderedText.End(rest);
        return length > 0 && Utf8.IsValid(rest[..length]) ? length : throw new KeyFormatException("A text in a key is no valid UTF-8.");
    }
}
