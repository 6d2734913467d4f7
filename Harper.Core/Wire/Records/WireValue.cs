using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using Harper.Core.Json;
using Harper.Core.Values;

namespace Harper.Core.Wire.Records;

/// <summary>
/// Transcodes the values of one record: names that the peer gave by number or in place become names given in place, ids are
/// counted anew in each attribute, so that each attribute's value can be cut out and kept alone. Texts become valid UTF-8, sets
/// arrays, maps objects.
/// </summary>
internal ref struct WireValue(RecordStructures structures, RecordBuffer output, int inputBytes)
{
    private const int MaxIds = Token.LastRecord - Token.FirstInlineRecord;

    // Names repeated for each of very many different objects could make a small message large.
    private readonly long _limit = 1024 * 1024 + 64L * inputBytes;
    private readonly RecordStructures _structures = structures;
    private readonly RecordBuffer _output = output;
    private ByteTable _outputIds;
    private IntTable _inline;
    private int _idCount;

    public bool ContainsBlob { get; private set; }

    public List<string>? BlobFiles { get; private set; }

    /// <summary>Transcodes the next value of the reader as the value of an attribute.</summary>
    public void Attribute(ref ValueReader input)
    {
        _outputIds = default;
        _idCount = 0;
        Value(ref input, 0);
    }

    /// <summary>Remembers the names that the reader stands before under an id, and passes them.</summary>
    public void Define(byte id, ref ValueReader input)
    {
        if (id is < Token.FirstRecord or > Token.LastRecord) throw new ValueFormatException($"An object has the id 0x{id:x2}.");
        _inline[id & 0x3F] = input.Position;
        _outputIds[id & 0x3F] = 0;
        DistinctNames.Read(ref input);
    }

    private void Value(ref ValueReader input, int depth)
    {
        if (depth > ValueReader.MaxDepth) throw ValueFormatException.TooDeep();
        if (_output.Length > _limit) throw new ValueFormatException("A record is much larger than the bytes it came in.");
        var token = input.Peek();
        if (token is >= Token.FirstRecord and <= Token.LastRecord)
        {
            ObjectOrInteger(ref input, token, depth);
            return;
        }

        var writer = new ValueWriter(_output);
        switch (input.Kind)
        {
            case ValueKind.Number:
                writer.Number(input.ReadNumber());
                break;
            case ValueKind.Text:
                Text(input.ReadText());
                break;
            case ValueKind.Null or ValueKind.Boolean or ValueKind.Undefined:
                writer.Raw(input.ReadRaw());
                break;
            case ValueKind.BigInteger:
                writer.BigInteger(input.ReadBigInteger());
                break;
            case ValueKind.Date:
                writer.Date(input.ReadDate());
                break;
            case ValueKind.Binary:
                writer.Binary(input.ReadBinary());
                break;
            case ValueKind.Array:
                Array(ref input, depth);
                break;
            case ValueKind.Map:
                Map(ref input, depth);
                break;
            case ValueKind.Record:
                input.Take(2);
                var id = input.Take();
                Define(id, ref input);
                Object(ref input, id, depth);
                break;
            default:
                Extension(ref input, depth);
                break;
        }
    }

    public void Text(ReadOnlySpan<byte> text)
    {
        var writer = new ValueWriter(_output);
        if (Utf8.IsValid(text)) writer.Text(text);
        else writer.Text(Encoding.UTF8.GetString(text).AsSpan());
    }

    private void Array(ref ValueReader input, int depth)
    {
        var count = input.ReadArray();
        new ValueWriter(_output).BeginArray(count);
        for (; count > 0; count--) Value(ref input, depth + 1);
    }

    private void ObjectOrInteger(ref ValueReader input, byte token, int depth)
    {
        input.Take();
        if (_inline[token & 0x3F] != 0 || (token & 0x3F) < _structures.Shared.Length) Object(ref input, token, depth);
        else new ValueWriter(_output).Number((long)token);
    }

    private void Object(ref ValueReader input, byte token, int depth)
    {
        var index = token & 0x3F;
        var writer = new ValueWriter(_output);
        var inline = _inline[index];
        var names = inline != 0 ? input.At(inline) : new ValueReader(_structures.Shared[index].EncodedNames);
        var count = names.ReadArray();
        if (count > input.Remaining) throw ValueFormatException.Truncated();
        if (_outputIds[index] is var known and not 0)
        {
            writer.Raw([known]);
        }
        else
        {
            var id = _idCount < MaxIds ? (byte)(Token.FirstInlineRecord + _idCount++) : ValueWriter.UnsharedId;
            if (id != ValueWriter.UnsharedId) _outputIds[index] = id;
            writer.Raw([Token.FixExtension1, Token.TypeRecord, id]);
            if (inline == 0) writer.Raw(_structures.Shared[index].EncodedNames);
            else Names(names, count);
        }

        for (; count > 0; count--) Value(ref input, depth + 1);
    }

    private void Names(ValueReader names, int count)
    {
        var writer = new ValueWriter(_output);
        writer.BeginArray(count);
        for (var i = 0; i < count; i++) writer.Text(names.ReadText());
    }

    // Names of maps stand between the values, so the header goes in front of the values when all are known.
    private void Map(ref ValueReader input, int depth)
    {
        var start = _output.Length;
        var count = input.ReadMap();
        var names = new RecordBuffer(64);
        for (var left = count; left > 0; left--)
        {
            var name = input.Kind switch
            {
                ValueKind.Text => input.ReadText(),
                ValueKind.Number => NumberName(input.ReadNumber()),
                _ => throw new ValueFormatException("A map has a key that is no text."),
            };
            new ValueWriter(names).Text(name);
            Value(ref input, depth + 1);
        }

        DistinctNames.Check(names.Written, count);
        var header = _output.Insert(start, 3 + ArrayHeader.Size(count) + names.Length);
        header[0] = Token.FixExtension1;
        header[1] = Token.TypeRecord;
        header[2] = ValueWriter.UnsharedId;
        ArrayHeader.Write(header[3..], count);
        names.Written.CopyTo(header[(3 + ArrayHeader.Size(count))..]);
    }

    private void Extension(ref ValueReader input, int depth)
    {
        var isBlob = input.Kind == ValueKind.Blob;
        ContainsBlob |= isBlob;
        if (!isBlob && input.Peek() == Token.FixExtension1)
        {
            // One byte of content: what it says stands behind it.
            var type = input.Peek(1);
            if (type != Token.TypeSet) throw new ValueFormatException($"Extension 0x{type:x2} is not understood in a record.");
            input.Take(3);
            Value(ref input, depth + 1);
            return;
        }

        var start = input.Position;
        var content = input.TakeExtension(out var kind);
        if (isBlob && BlobReference.FileOf(content) is { } file) (BlobFiles ??= []).Add(file);
        if (kind == Token.TypeRecord) throw new ValueFormatException("An object has an id of two bytes.");
        new ValueWriter(_output).Raw(input.Bytes[start..input.Position]);
    }

    private static ReadOnlySpan<byte> NumberName(double number)
    {
        if (!double.IsFinite(number)) throw new ValueFormatException("A map has a key that is no text.");
        var text = new byte[JsonNumber.MaxChars];
        return text.AsSpan(0, JsonNumber.Write(text, number));
    }

    [InlineArray(64)]
    private struct IntTable
    {
        private int _first;
    }

    [InlineArray(64)]
    private struct ByteTable
    {
        private byte _first;
    }
}
