using System.Buffers.Binary;
using System.Text;

namespace Harper.Core.Wire.Control;

/// <summary>
/// A place in the MessagePack of a control message. Accepts every standard form, integers as floats and floats as integers, and
/// <c>d4 00 00</c> as undefined. Counts are checked against the bytes that are left and against a budget for the whole message, before
/// anything is allocated for them.
/// </summary>
internal ref struct ControlReader(ReadOnlySpan<byte> bytes, FrameLimits limits)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;
    private int _elements;

    public readonly FrameLimits Limits => limits;

    public readonly bool AtEnd => _at >= _bytes.Length;

    public readonly ControlToken Next
    {
        get
        {
            if (_at >= _bytes.Length) throw FrameError.Truncated("a control message");
            return _bytes[_at] switch
            {
                < 0x80 or >= 0xe0 or (>= 0xca and <= 0xd3) => ControlToken.Number,
                < 0x90 or 0xde or 0xdf => ControlToken.Map,
                < 0xa0 or 0xdc or 0xdd => ControlToken.Array,
                < 0xc0 or (>= 0xd9 and <= 0xdb) => ControlToken.Text,
                0xc0 => ControlToken.Absent,
                0xc2 or 0xc3 => ControlToken.Boolean,
                >= 0xc4 and <= 0xc6 => ControlToken.Bytes,
                0xd4 when _at + 2 < _bytes.Length && _bytes[_at + 1] == 0 => ControlToken.Absent,
                (>= 0xd4 and <= 0xd8) or (>= 0xc7 and <= 0xc9) => ControlToken.Extension,
                _ => throw FrameError.Malformed($"0x{_bytes[_at]:x2} starts no value"),
            };
        }
    }

    /// <summary>Takes nil or undefined; false: something is there.</summary>
    public bool TakeAbsent()
    {
        if (Next != ControlToken.Absent) return false;
        Take(_bytes[_at] == 0xc0 ? 1UL : 3);
        return true;
    }

    /// <summary>As <see cref="TakeAbsent"/>, and tells nil from undefined: JSON has the one and not the other.</summary>
    public bool TakeAbsentOf(out bool isNull)
    {
        isNull = Next == ControlToken.Absent && _bytes[_at] == 0xc0;
        return TakeAbsent();
    }

    /// <summary>A 64-bit integer comes next, which a float64 may not hold.</summary>
    public readonly bool NextIsWide => _at < _bytes.Length && _bytes[_at] is 0xcf or 0xd3;

    public Int128 WideInteger() => Take(1)[0] == 0xcf ? Unsigned(8) : Signed(8);

    public int ArrayHeader(string what)
    {
        Expect(ControlToken.Array, what);
        var first = Take(1)[0];
        var count = first switch { 0xdc => Unsigned(2), 0xdd => Unsigned(4), _ => (ulong)(first & 0x0f) };
        return Count(count, 1, what);
    }

    public int MapHeader(string what)
    {
        Expect(ControlToken.Map, what);
        var first = Take(1)[0];
        var count = first switch { 0xde => Unsigned(2), 0xdf => Unsigned(4), _ => (ulong)(first & 0x0f) };
        return Count(count, 2, what);
    }

    /// <summary>The next key of a map; null when it is no text (its value is then of no interest).</summary>
    public string? MapKey()
    {
        if (Next == ControlToken.Text) return Text("a name");
        if (Next != ControlToken.Number)
        {
            Skip();
            return null;
        }
        return Number("a name").ToString();
    }

    public string Text(string what)
    {
        Expect(ControlToken.Text, what);
        var first = Take(1)[0];
        var length = first switch { 0xd9 => Unsigned(1), 0xda => Unsigned(2), 0xdb => Unsigned(4), _ => (ulong)(first & 0x1f) };
        return Encoding.UTF8.GetString(Take(length));
    }

    public ReadOnlySpan<byte> Bytes(string what)
    {
        Expect(ControlToken.Bytes, what);
        return Take(Unsigned(1 << (Take(1)[0] - 0xc4)));
    }

    public bool Boolean(string what)
    {
        if (Next == ControlToken.Number) return Number(what) != 0;
        Expect(ControlToken.Boolean, what);
        return Take(1)[0] == 0xc3;
    }

    public double Number(string what)
    {
        Expect(ControlToken.Number, what);
        var first = Take(1)[0];
        return first switch
        {
            < 0x80 => first,
            >= 0xe0 => (sbyte)first,
            0xca => BinaryPrimitives.ReadSingleBigEndian(Take(4)),
            0xcb => BinaryPrimitives.ReadDoubleBigEndian(Take(8)),
            >= 0xcc and <= 0xcf => Unsigned(1 << (first - 0xcc)),
            _ => Signed(1 << (first - 0xd0)),
        };
    }

    /// <summary>A whole number between bounds, in whatever form it comes.</summary>
    public long Integer(string what, long min = long.MinValue, long max = long.MaxValue)
    {
        var start = _at;
        var first = Next == ControlToken.Number ? _bytes[_at] : (byte)0;
        long value;
        if (first is 0xd3)
        {
            Take(1);
            value = Signed(8);
        }
        else
        {
            var number = Number(what);
            if (double.Truncate(number) != number || number is < -9.3e18 or > 9.2e18)
                throw FrameError.Malformed($"{what} at byte {start} is no whole number");
            value = (long)number;
        }
        if (value < min || value > max) throw FrameError.TooLarge(what, value, max);
        return value;
    }

    /// <summary>A position or time: finite, not negative.</summary>
    public double Time(string what)
    {
        var value = Number(what);
        if (!double.IsFinite(value) || value < 0) throw FrameError.Malformed($"{what} is not a time");
        return value;
    }

    /// <summary>Type and bytes of an extension value.</summary>
    public ReadOnlySpan<byte> Extension(out sbyte type)
    {
        Expect(ControlToken.Extension, "an extension");
        var first = Take(1)[0];
        var length = first >= 0xd4 ? 1UL << (first - 0xd4) : Unsigned(1 << (first - 0xc7));
        type = (sbyte)Take(1)[0];
        return Take(length);
    }

    /// <summary>Steps over the next value and returns its bytes.</summary>
    public ReadOnlySpan<byte> Skip()
    {
        var start = _at;
        Skip(0);
        return _bytes[start.._at];
    }

    /// <summary>An error at this place.</summary>
    public readonly FrameError Wrong(string what) => FrameError.Malformed($"{what} was expected at byte {_at}");

    private void Skip(int depth)
    {
        if (depth > limits.MaxDepth) throw new FrameError(FrameErrorCode.TooDeep, $"nested more than {limits.MaxDepth} deep");
        switch (Next)
        {
            case ControlToken.Absent: TakeAbsent(); break;
            case ControlToken.Boolean: Take(1); break;
            case ControlToken.Number: Number("a number"); break;
            case ControlToken.Text: SkipText(); break;
            case ControlToken.Bytes: Bytes("bytes"); break;
            case ControlToken.Extension: Extension(out _); break;
            case ControlToken.Array:
                for (var left = ArrayHeader("an array"); left > 0; left--) Skip(depth + 1);
                break;
            default:
                for (var left = 2 * MapHeader("a map"); left > 0; left--) Skip(depth + 1);
                break;
        }
    }

    private void SkipText()
    {
        var first = Take(1)[0];
        Take(first switch { 0xd9 => Unsigned(1), 0xda => Unsigned(2), 0xdb => Unsigned(4), _ => (ulong)(first & 0x1f) });
    }

    private readonly void Expect(ControlToken token, string what)
    {
        if (Next != token) throw FrameError.Malformed($"{what} at byte {_at}: {token} expected, {Next} found");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(_bytes.Length - _at)) throw FrameError.Truncated("a control message");
        var taken = _bytes.Slice(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    private ulong Unsigned(int size)
    {
        ulong value = 0;
        foreach (var next in Take((ulong)size)) value = (value << 8) | next;
        return value;
    }

    private long Signed(int size)
    {
        var value = (long)Unsigned(size);
        var unused = 64 - (8 * size);
        return value << unused >> unused;
    }

    /// <summary>Every element takes at least one byte: a count above what is left is a lie.</summary>
    private int Count(ulong count, int bytesEach, string what)
    {
        if (count > (ulong)((_bytes.Length - _at) / bytesEach)) throw FrameError.Truncated(what);
        _elements += (int)count * bytesEach;
        if (_elements > limits.MaxElements) throw FrameError.TooLarge("the number of elements", _elements, limits.MaxElements);
        return (int)count;
    }
}
