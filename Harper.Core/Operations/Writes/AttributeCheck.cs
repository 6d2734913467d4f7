using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Harper.Core.Json;
using Harper.Core.Schema;
using Harper.Core.Values;

namespace Harper.Core.Operations.Writes;

/// <summary>
/// Checks one JSON value against its attribute's declared type and writes it (R-SCH-10). A wrong value is written all the same, so that the reading goes
/// on and all problems of a request are found; the request is refused afterwards. Only the accepting node checks.
/// </summary>
internal static class AttributeCheck
{
    private const double MaxLong = 9007199254740992;
    private const int LongestQuoted = 200;

    public static void Write(AttributeDefinition attribute, ref Utf8JsonReader json, RecordBuffer values, List<string> problems)
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            if (!attribute.Nullable && !attribute.IsPrimaryKey) problems.Add(RequiredProblem(attribute.Name));
            new ValueWriter(values).Null();
            return;
        }
        if (attribute.Type == AttributeTypes.Array)
        {
            WriteArray(attribute, ref json, values, problems);
            return;
        }
        if (ExactValue.Is(ref json))
        {
            if (ExactProblem(attribute.Type, json.ValueSpan) is { } wanted) problems.Add($"Value in property {attribute.Name} must be {wanted}");
            JsonValueReader.Read(ref json, values);
            return;
        }
        if (Convert(attribute.Type, ref json, values)) return;
        if (Expected(attribute.Type, ref json) is { } expected) problems.Add(TypeProblem(attribute.Name, ref json, expected));
        JsonValueReader.Read(ref json, values);
    }

    public static string RequiredProblem(string attribute) => $"Property {attribute} is required (and not does not allow null values)";

    /// <summary>Elements are checked one by one before the array is written whole.</summary>
    private static void WriteArray(AttributeDefinition attribute, ref Utf8JsonReader json, RecordBuffer values, List<string> problems)
    {
        if (json.TokenType != JsonTokenType.StartArray) problems.Add(TypeProblem(attribute.Name, ref json, "an Array"));
        else if (attribute.Elements is { } elements)
        {
            var look = json;
            while (look.Read() && look.TokenType != JsonTokenType.EndArray)
            {
                if (ExactValue.Is(ref look))
                {
                    if (ExactProblem(elements, look.ValueSpan) is { } wanted) problems.Add($"Value in property {attribute.Name} must be {wanted}");
                }
                else if (look.TokenType != JsonTokenType.Null && Expected(elements, ref look) is { } expected)
                    problems.Add(TypeProblem(attribute.Name, ref look, expected));
                look.Skip();
            }
        }
        JsonValueReader.Read(ref json, values);
    }

    /// <summary>Types whose JSON form is another than their stored one. False: not one of them, or not readable as such.</summary>
    private static bool Convert(string? type, ref Utf8JsonReader json, RecordBuffer values)
    {
        switch (type)
        {
            case "Date" when TryDate(ref json, out var milliseconds):
                new ValueWriter(values).Date(milliseconds);
                return true;
            case "BigInt" when TryBigInt(ref json, out var number):
                if (BigInteger.Abs(number) <= (BigInteger)MaxLong) new ValueWriter(values).Number((double)number);
                else new ValueWriter(values).BigInteger(number);
                return true;
            case "Bytes" when json.TokenType == JsonTokenType.String && json.TryGetBytesFromBase64(out var bytes):
                new ValueWriter(values).Binary(bytes);
                return true;
            default:
                return false;
        }
    }

    /// <summary>What the type would have wanted, or null when the value is right.</summary>
    private static string? Expected(string? type, ref Utf8JsonReader json) => type switch
    {
        "String" => json.TokenType == JsonTokenType.String ? null : "a string",
        "ID" => json.TokenType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.StartArray ? null : "a string",
        "Boolean" => json.TokenType is JsonTokenType.True or JsonTokenType.False ? null : "a boolean",
        "Float" => json.TokenType == JsonTokenType.Number ? null : "a number",
        "Int" => IsInteger(ref json, int.MinValue, int.MaxValue) ? null : "an integer (from -2147483648 to 2147483647)",
        "Long" => IsInteger(ref json, -MaxLong, MaxLong) ? null : "an integer (from -9007199254740992 to 9007199254740992)",
        "BigInt" => TryBigInt(ref json, out _) ? null : "a bigint",
        "Date" => TryDate(ref json, out _) ? null : "a Date",
        "Bytes" => json.TokenType == JsonTokenType.String && json.TryGetBytesFromBase64(out _) ? null : "a base64 text",
        _ => null,
    };

    /// <summary>The same of a value that kept its kind: from CBOR or MessagePack.</summary>
    private static string? ExactProblem(string? type, ReadOnlySpan<byte> text)
    {
        var kind = new ValueReader(ExactValue.Read(text)).Kind;
        return type switch
        {
            null or "Any" => null,
            "Date" => kind == ValueKind.Date ? null : "a Date",
            "BigInt" => kind == ValueKind.BigInteger ? null : "a bigint",
            "Bytes" => kind == ValueKind.Binary ? null : "binary",
            "Float" => kind is ValueKind.Number or ValueKind.BigInteger ? null : "a number",
            "Int" => "an integer (from -2147483648 to 2147483647)",
            "Long" => "an integer (from -9007199254740992 to 9007199254740992)",
            _ => $"of type {type}",
        };
    }

    private static bool IsInteger(ref Utf8JsonReader json, double least, double most) =>
        json.TokenType == JsonTokenType.Number && json.TryGetDouble(out var number) && number >= least && number <= most && Math.Floor(number) == number;

    private static bool TryDate(ref Utf8JsonReader json, out double milliseconds)
    {
        milliseconds = 0;
        if (json.TokenType == JsonTokenType.Number) return json.TryGetDouble(out milliseconds) && Math.Abs(milliseconds) <= 8.64e15;
        return json.TokenType == JsonTokenType.String && TryDate(json.GetString()!, out milliseconds);
    }

    /// <summary>An ISO date or date-time; without an offset it is UTC.</summary>
    public static bool TryDate(string text, out double milliseconds)
    {
        var parsed = DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date);
        milliseconds = parsed ? (date.UtcDateTime - DateTime.UnixEpoch).TotalMilliseconds : 0;
        return parsed;
    }

    private static bool TryBigInt(ref Utf8JsonReader json, out BigInteger number)
    {
        number = default;
        if (json.TokenType is not (JsonTokenType.Number or JsonTokenType.String)) return false;
        var text = json.TokenType == JsonTokenType.Number ? System.Text.Encoding.UTF8.GetString(json.ValueSpan) : json.GetString()!;
        return text.Length <= 4096 && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    private static string TypeProblem(string attribute, ref Utf8JsonReader json, string expected)
    {
        var look = json;
        using var value = JsonDocument.ParseValue(ref look);
        var text = value.RootElement.GetRawText();
        if (text.Length > LongestQuoted) text = string.Concat(text.AsSpan(0, LongestQuoted), "...");
        return $"Value {text} in property {attribute} must be {expected}";
    }
}
