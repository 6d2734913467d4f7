using System.Collections.Frozen;
using System.Text.Json;

namespace Harper.Core.Operations;

/// <summary>Splits a body into its top-level properties and says, in the original's words, why one is not an operation (R-OPS-04).</summary>
internal static class OperationEnvelope
{
    public const int MaxDepth = 64;
    private const string NoOperation = "Request body must include an 'operation' property.";

    /// <summary>Old and alternative names of arguments; where both stand, the name on the right wins.</summary>
    private static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>
    {
        ["schema"] = "database",
        ["hash_values"] = "ids",
        ["hash_attribute"] = "primary_key",
        ["search_attribute"] = "attribute",
        ["search_value"] = "value",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Flags that the original uses inside itself; from a client they are dropped (R-OPS-11).</summary>
    private static readonly FrozenSet<string> Internal =
        FrozenSet.ToFrozenSet(["bypass_auth", "hdb_user", "parsed_sql_object"], StringComparer.Ordinal);

    public static OperationFields Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith("\uFEFF"u8)) body = body[3..];
        if (body.Span.Trim(" \t\r\n"u8).IsEmpty)
            throw OperationError.Bad("Body cannot be empty when content-type is set to 'application/json'");
        BodyText.Check(body.Span);
        return ParseChecked(body);
    }

    /// <summary>JSON that this process wrote, in which <see cref="Json.ExactValue"/> may stand.</summary>
    public static OperationFields ParseChecked(ReadOnlyMemory<byte> body)
    {
        var fields = Split(body) ?? throw OperationError.Bad(NoOperation);
        if (!fields.Has("operation") || fields.Text("operation") is not { Length: > 0 }) throw OperationError.Bad(NoOperation);
        return fields;
    }

    public static OperationFields ParseObject(ReadOnlyMemory<byte> json) =>
        Split(json) ?? throw OperationError.Bad("a transaction's operations must be objects");

    /// <summary>Null when the document is whole but not an object.</summary>
    private static OperationFields? Split(ReadOnlyMemory<byte> body)
    {
        try
        {
            // Not the final block: the reader then says "no more" where the text is cut short, instead of throwing one of several messages.
            var reader = new Utf8JsonReader(body.Span, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = MaxDepth }));
            if (!reader.Read()) return Scalar(body);
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                if (!reader.TrySkip()) throw CutShort();
                CheckRest(body.Span[(int)reader.BytesConsumed..]);
                return null;
            }
            var fields = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
            while (true)
            {
                if (!reader.Read()) throw CutShort();
                if (reader.TokenType == JsonTokenType.EndObject) break;
                var name = reader.GetString()!;
                if (!reader.Read()) throw CutShort();
                var start = (int)reader.TokenStartIndex;
                if (!reader.TrySkip()) throw CutShort();
                fields[name] = body[start..(int)reader.BytesConsumed];
            }
            CheckRest(body.Span[(int)reader.BytesConsumed..]);
            return new OperationFields(Normalise(fields));
        }
        catch (JsonException error)
        {
            throw NotJson(error);
        }
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> Normalise(Dictionary<string, ReadOnlyMemory<byte>> fields)
    {
        foreach (var name in Internal) fields.Remove(name);
        foreach (var (alias, name) in Aliases)
            if (fields.Remove(alias, out var value)) fields.TryAdd(name, value);
        return fields;
    }

    /// <summary>A body that is one number or an unfinished word gives no token while more could follow.</summary>
    private static OperationFields? Scalar(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span, isFinalBlock: true, default);
        try
        {
            reader.Read();
            return null;
        }
        catch (JsonException)
        {
            throw CutShort();
        }
    }

    private static void CheckRest(ReadOnlySpan<byte> rest)
    {
        rest = rest.Trim(" \t\r\n"u8);
        if (!rest.IsEmpty) throw OperationError.Bad($"Unexpected text after the JSON body: '{(char)rest[0]}'");
    }

    /// <summary>Where it stops being JSON, counted from one as editors do.</summary>
    private static OperationError NotJson(JsonException error)
    {
        if (error.Message.Contains("maximum configured depth", StringComparison.Ordinal))
            return OperationError.Bad($"Request body is nested deeper than {MaxDepth} levels");
        var end = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var reason = (end < 0 ? error.Message : error.Message[..end]).TrimEnd('.');
        return OperationError.Bad($"Request body is not valid JSON: {reason} (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1})");
    }

    private static OperationError CutShort() => OperationError.Bad("Unexpected end of JSON input");
}
