using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Harper.Core.Values;

/// <summary>
/// Reads values of the dialect one after the other from a span, without allocation. Every length is checked before it is
/// believed. Names of nested records are remembered from where they are given to the end of the span.
/// </summary>
public ref partial struct ValueReader
{
    /// <summary>How deep values may be nested.</summary>
    public const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;
    private Definitions _definitions;

    public ValueReader(ReadOnlySpan<byte> values) => _bytes = values;

    /// <summary>Offset of the next value in the span given.</summary>
    public readonly int Position => _position;

    public readonly bool AtEnd => _position >= _bytes.Length;

    internal readonly int Remaining => _bytes.Length - _position;

    /// <summary>The kind of the next value; nothing is consumed.</summary>
    public readonly ValueKind Kind
    {
        get
        {
            var token = Peek();
            switch (token)
            {
                case < Token.FirstInlineRecord or >= Token.FirstNegative:
                    return ValueKind.Number;
                case <= Token.LastRecord:
                    return _definitions[token & 0x1F] != 0 ? ValueKind.Record : ValueKind.Number;
                case < Token.FixArray or Token.Map16 or Token.Map32:
                    return ValueKind.Map;
                case < Token.FixText or Token.Array16 or Token.Array32:
                    return ValueKind.Array;
                case < Token.Null or Token.Text8 or Token.Text16 or Token.Text32:
                    return ValueKind.Text;
                case Token.Null:
                    return ValueKind.Null;
                case Token.False or Token.True:
                    return ValueKind.Boolean;
                case Token.Binary8 or Token.Binary16 or Token.Binary32:
                    return ValueKind.Binary;
                case Token.UInt64 or Token.Int64:
                    return ValueKind.BigInteger;
                case >= Token.Float32 and <= Token.Int32:
                    return ValueKind.Number;
                case Token.Extension8 or Token.Extension16 or Token.Extension32 or >= Token.FixExtension1 and <= Token.FixExtension16:
                    return ExtensionKind();
                default:
                    throw new ValueFormatException($"No value begins with 0x{token:x2}.");
            }
        }
    }

    public void Skip()
    {
        // Iterative, so that depth costs nothing: what is inside a container is skipped like what follows it.
        for (long pending = 1; pending > 0; pending--) pending += SkipOne();
    }

    /// <summary>
    /// The bytes of the next value, which is skipped. Inside an array or a record they may refer to names given earlier.
    /// </summary>
    public ReadOnlySpan<byte> ReadRaw()
    {
        var start = _position;
        Skip();
        return _bytes[start.._position];
    }

    public bool ReadBoolean() => Take() switch
    {
        Token.False => false,
        Token.True => true,
        var token => throw Unexpected(token, "a boolean"),
    };

    /// <summary>A number, or a big integer rounded to one.</summary>
    public double ReadNumber()
    {
        var token = Take();
        switch (token)
        {
            case < 0x80: return token;
            case >= Token.FirstNegative: return (sbyte)token;
            case Token.Float64: return BinaryPrimitives.ReadDoubleBigEndian(Take(8));
            case Token.UInt8: return Take();
            case Token.UInt16: return BinaryPrimitives.ReadUInt16BigEndian(Take(2));
            case Token.UInt32: return BinaryPrimitives.ReadUInt32BigEndian(Take(4));
            case Token.Int8: return (sbyte)Take();
            case Token.Int16: return BinaryPrimitives.ReadInt16BigEndian(Take(2));
            case Token.Int32: return BinaryPrimitives.ReadInt32BigEndian(Take(4));
            case Token.Float32: return BinaryPrimitives.ReadSingleBigEndian(Take(4));
            case Token.UInt64: return BinaryPrimitives.ReadUInt64BigEndian(Take(8));
            case Token.Int64: return BinaryPrimitives.ReadInt64BigEndian(Take(8));
            default:
                _position--;
                return (double)ReadBigInteger();
        }
    }

    public BigInteger ReadBigInteger()
    {
        var token = Peek();
        if (token == Token.UInt64) return BinaryPrimitives.ReadUInt64BigEndian(Skipped(9)[1..]);
        if (token == Token.Int64) return BinaryPrimitives.ReadInt64BigEndian(Skipped(9)[1..]);
        var kind = Kind;
        if (kind == ValueKind.Number)
        {
            var number = ReadNumber();
            return double.IsInteger(number)
                ? new BigInteger(number) : throw new ValueFormatException("A big integer is expected, not a fraction.");
        }

        if (kind != ValueKind.BigInteger) throw Unexpected(token, "a big integer");
        var content = TakeExtension(out _);
        if (content.Length > Token.MaxBigIntegerBytes) throw new ValueFormatException($"A big integer has {content.Length} bytes.");
        return new BigInteger(content, isBigEndian: true);
    }

    /// <summary>UTF-8, valid in every record that this node stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> ReadText()
    {
        var token = Take();
        return (token & 0xE0) == Token.FixText ? Take(token & 0x1F) : ReadLongText(token);
    }

    public ReadOnlySpan<byte> ReadBinary()
    {
        var token = Take();
        return token switch
        {
            Token.Binary8 => Take(Take()),
            Token.Binary16 => Take(TakeLength16()),
            Token.Binary32 => Take(TakeLength32()),
            _ => throw Unexpected(token, "binary"),
        };
    }

    /// <summary>Milliseconds since 1970; NaN for an invalid date.</summary>
    public double ReadDate()
    {
        if (Kind != ValueKind.Date) throw Unexpected(Peek(), "a date");
        return DateForm.Read(TakeExtension(out _));
    }

    /// <summary>How many values follow as the array's elements.</summary>
    public int ReadArray()
    {
        var token = Take();
        var count = token switch
        {
            >= Token.FixArray and < Token.FixText => token & 0x0F,
            Token.Array16 => TakeLength16(),
            Token.Array32 => TakeLength32(),
            _ => throw Unexpected(token, "an array"),
        };
        return count <= Remaining ? count : throw ValueFormatException.Truncated();
    }

    /// <summary>How many pairs of values follow.</summary>
    public int ReadMap()
    {
        var token = Take();
        var count = token switch
        {
            >= Token.FixMap and < Token.FixArray => token & 0x0F,
            Token.Map16 => TakeLength16(),
            Token.Map32 => TakeLength32(),
            _ => throw Unexpected(token, "a map"),
        };
        return count <= Remaining / 2 ? count : throw ValueFormatException.Truncated();
    }

    /// <summary>The names of a nested record, whose values follow in their order.</summary>
    public RecordNames ReadRecord()
    {
        var token = Take();
        if (token is >= Token.FirstInlineRecord and <= Token.LastRecord && _definitions[token & 0x1F] is var known and not 0)
            return NamesAt(known);
        if (token != Token.FixExtension1 || Take() != Token.TypeRecord) throw Unexpected(token, "a nested object");
        var id = Take();
        if (id is < Token.FirstInlineRecord or > Token.LastRecord) throw new ValueFormatException($"A nested object has the id 0x{id:x2}.");
        var names = _position;
        for (var left = ReadArray(); left > 0; left--) ReadText();
        _definitions[id & 0x1F] = names;
        return NamesAt(names);
    }

    private readonly RecordNames NamesAt(int position)
    {
        var reader = new ValueReader(_bytes) { _position = position };
        var count = reader.ReadArray();
        return count <= Remaining ? new RecordNames(_bytes, reader._position, count) : throw ValueFormatException.Truncated();
    }

    // Where the names of each id were given, 0 when they were not (a definition never stands at 0). Small enough to be cleared
    // per reader.
    [InlineArray(32)]
    private struct Definitions
    {
        [SuppressMessage("Style", "IDE0044", Justification = "The runtime repeats the field; it is written by index.")]
        private int _first;
    }
}
