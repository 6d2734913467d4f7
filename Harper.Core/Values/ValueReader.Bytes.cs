using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Harper.Core.Values;

/// <summary>The bytes under the values: tokens, lengths and extensions, each checked against what is left.</summary>
public ref partial struct ValueReader
{
    internal readonly ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A reader at another place of the same bytes that knows the same names.</summary>
    internal readonly ValueReader At(int position)
    {
        var reader = this;
        reader._position = position;
        return reader;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly byte Peek(int ahead = 0)
    {
        var at = _position + ahead;
        if ((uint)at >= (uint)_bytes.Length) ThrowTruncated();
        return _bytes[at];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte Take()
    {
        if ((uint)_position >= (uint)_bytes.Length) ThrowTruncated();
        return _bytes[_position++];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)(_bytes.Length - _position)) ThrowTruncated();
        var taken = _bytes.Slice(_position, count);
        _position += count;
        return taken;
    }

    /// <summary>Type and content of the extension that comes next.</summary>
    internal ReadOnlySpan<byte> TakeExtension(out byte type)
    {
        var token = Take();
        var length = token switch
        {
            >= Token.FixExtension1 and <= Token.FixExtension16 => 1 << (token - Token.FixExtension1),
            Token.Extension8 => Take(),
            Token.Extension16 => TakeLength16(),
            Token.Extension32 => TakeLength32(),
            _ => throw Unexpected(token, "an extension"),
        };
        type = Take();
        return Take(length);
    }

    private ReadOnlySpan<byte> Skipped(int count) => Take(count);

    private int TakeLength16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    private int TakeLength32()
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(Take(4));
        if (length > (uint)Remaining) ThrowTruncated();
        return (int)length;
    }

    private ReadOnlySpan<byte> ReadLongText(byte token) => token switch
    {
        Token.Text8 => Take(Take()),
        Token.Text16 => Take(TakeLength16()),
        Token.Text32 => Take(TakeLength32()),
        _ => throw Unexpected(token, "text"),
    };

    private readonly ValueKind ExtensionKind()
    {
        var token = Peek();
        var typeAt = token switch { Token.Extension8 => 2, Token.Extension16 => 3, Token.Extension32 => 5, _ => 1 };
        return Peek(typeAt) switch
        {
            Token.TypeUndefined when token == Token.FixExtension1 => ValueKind.Undefined,
            Token.TypeRecord when token == Token.FixExtension1 => ValueKind.Record,
            Token.TypeDate => ValueKind.Date,
            Token.TypeBigInteger => ValueKind.BigInteger,
            Token.TypeBlob => ValueKind.Blob,
            _ => ValueKind.Extension,
        };
    }

    // Passes one token with its content, and says how many values inside it are still to be passed.
    private int SkipOne()
    {
        var token = Peek();
        switch (token)
        {
            case < Token.FirstInlineRecord or >= Token.FirstNegative or Token.Null or Token.False or Token.True:
                _position++;
                return 0;
            case <= Token.LastRecord:
                if (_definitions[token & 0x1F] != 0) return ReadRecord().Count;
                _position++;
                return 0;
            case < Token.FixArray or Token.Map16 or Token.Map32:
                return 2 * ReadMap();
            case < Token.FixText or Token.Array16 or Token.Array32:
                return ReadArray();
            case < Token.Null:
                Take(1 + (token & 0x1F));
                return 0;
            case Token.Text8 or Token.Text16 or Token.Text32:
                ReadText();
                return 0;
            case Token.Binary8 or Token.Binary16 or Token.Binary32:
                ReadBinary();
                return 0;
            case Token.UInt8 or Token.Int8:
                Take(2);
                return 0;
            case Token.UInt16 or Token.Int16:
                Take(3);
                return 0;
            case Token.UInt32 or Token.Int32 or Token.Float32:
                Take(5);
                return 0;
            case Token.UInt64 or Token.Int64 or Token.Float64:
                Take(9);
                return 0;
            case Token.FixExtension1 when Peek(1) == Token.TypeRecord:
                return ReadRecord().Count;
            case 0xC1:
                throw new ValueFormatException("No value begins with 0xc1.");
            default:
                TakeExtension(out _);
                return 0;
        }
    }

    private static ValueFormatException Unexpected(byte token, string wanted) =>
        new($"A value begins with 0x{token:x2} where {wanted} is expected.");

    [DoesNotReturn]
    private static void ThrowTruncated() => throw ValueFormatException.Truncated();
}
