using System.Buffers.Binary;

namespace Harper.Core.Wire.Data;

/// <summary>A place in the bytes of an entry; every step checks that the bytes are there.</summary>
internal ref struct EntryReader(ReadOnlyMemory<byte> bytes)
{
    private readonly ReadOnlyMemory<byte> _bytes = bytes;
    private int _at;

    public readonly int Remaining => _bytes.Length - _at;

    public readonly byte Peek => _bytes.Span[_at];

    public byte Byte(string what)
    {
        if (Remaining < 1) throw FrameError.Truncated(what);
        return _bytes.Span[_at++];
    }

    public uint Varint(string what)
    {
        var size = Wire.Varint.Read(_bytes.Span[_at..], out var value);
        if (size == 0) throw FrameError.Truncated(what);
        _at += size;
        return value;
    }

    public int Id(string what)
    {
        var value = Varint(what);
        if (value > int.MaxValue) throw FrameError.TooLarge(what, value, int.MaxValue);
        return (int)value;
    }

    public double Double(string what)
    {
        if (Remaining < 8) throw FrameError.Truncated(what);
        var value = BinaryPrimitives.ReadDoubleBigEndian(_bytes.Span[_at..]);
        _at += 8;
        return value;
    }

    /// <summary>A float64 that must be a time: finite and not negative.</summary>
    public double Time(string what)
    {
        var value = Double(what);
        if (!double.IsFinite(value) || value < 0) throw FrameError.Malformed($"{what} is not a time");
        return value;
    }

    /// <summary>A time, or NaN where none is promised.</summary>
    public double TimeOrNone(string what)
    {
        var value = Double(what);
        if (double.IsInfinity(value) || value < 0) throw FrameError.Malformed($"{what} is not a time");
        return value;
    }

    public void Skip(int count)
    {
        if (Remaining < count) throw FrameError.Truncated("what is to be skipped");
        _at += count;
    }

    public ReadOnlyMemory<byte> Take(uint count, string what)
    {
        if (count > Remaining) throw FrameError.Truncated(what);
        var taken = _bytes.Slice(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    public ReadOnlyMemory<byte> Rest()
    {
        var rest = _bytes[_at..];
        _at = _bytes.Length;
        return rest;
    }
}
