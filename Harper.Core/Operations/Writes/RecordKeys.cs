using System.Text.Json;
using Harper.Core.Keys;
using Harper.Core.Values;

namespace Harper.Core.Operations.Writes;

/// <summary>Primary keys as clients send them, with what the original says of those that cannot be keys.</summary>
public static class RecordKeys
{
    private const string Slash =
        "transaction aborted due to record(s) with a hash value that contains a forward slash, check log for more info";

    /// <param name="buffer">Where the value's record lies: its key is put behind it.</param>
    public static RecordKey FromValue(ReadOnlySpan<byte> value, RecordBuffer buffer)
    {
        var reader = new ValueReader(value);
        if (reader.Kind == ValueKind.Text) CheckText(reader.ReadText());
        else if (reader.Kind == ValueKind.Boolean) throw OperationError.Bad("Invalid primary key type: boolean");
        try
        {
            return KeyCodec.FromRecordValue(value, buffer);
        }
        catch (KeyFormatException error)
        {
            throw OperationError.Bad(error.Message);
        }
    }

    /// <summary>The keys of an <c>ids</c> array, for deleting and searching. A null among them is no key of anything and is an error.</summary>
    /// <param name="status">Searches answer 500 where others answer 400 (D23).</param>
    public static List<RecordKey> Read(ReadOnlyMemory<byte> ids, int status = 400)
    {
        var json = new Utf8JsonReader(ids.Span, new JsonReaderOptions { MaxDepth = 64 });
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray) throw new OperationError(status, "'hash_values' must be an array");
        var keys = new List<RecordKey>();
        try
        {
            while (json.Read() && json.TokenType != JsonTokenType.EndArray) keys.Add(KeyCodec.FromJson(ref json));
        }
        catch (KeyFormatException error)
        {
            throw new OperationError(status, error.Message);
        }
        return keys;
    }

    private static void CheckText(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.SequenceEqual("null"u8) || text.SequenceEqual("undefined"u8))
            throw OperationError.Bad(
                $"Invalid hash value: '{System.Text.Encoding.UTF8.GetString(text)}' is not a valid hash attribute value, check log for more info");
        if (text.Contains((byte)'/')) throw OperationError.Bad(Slash);
    }
}
