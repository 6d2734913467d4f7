using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Harper.Core.BulkLoad;

/// <summary>What a cell of a CSV file is as a value (R-BLK-06): by the declared type of its attribute, else by what it looks like.</summary>
public static partial class CellCoercion
{
    /// <summary>Writes the cell as a JSON value.</summary>
    /// <param name="type">The attribute's declared type; null or <c>Any</c>: guess.</param>
    public static void Write(Utf8JsonWriter json, string cell, string? type)
    {
        switch (type)
        {
            case null or "Any":
                WriteGuess(json, cell);
                break;
            case "String" or "ID":
                json.WriteStringValue(cell);
                break;
            case "Int" or "Long" or "Float" or "BigInt" when cell.Length > 0 && JsonNumber().IsMatch(cell):
                json.WriteRawValue(cell);
                break;
            case "Boolean" when bool.TryParse(cell, out var flag):
                json.WriteBooleanValue(flag);
                break;
            default:
                if (cell.Length == 0 || IsNull(cell)) json.WriteNullValue();
                else json.WriteStringValue(cell); // The table's own check says what is wrong with it.
                break;
        }
    }

    private static void WriteGuess(Utf8JsonWriter json, string cell)
    {
        if (cell.Length == 0) json.WriteStringValue(cell);
        else if (IsNull(cell)) json.WriteNullValue();
        else if (cell is "true" or "TRUE") json.WriteBooleanValue(true);
        else if (cell is "false" or "FALSE") json.WriteBooleanValue(false);
        else if (PlainNumber().IsMatch(cell)) WriteNumber(json, cell);
        else if (cell[0] is '{' or '[' && IsJson(cell)) json.WriteRawValue(cell);
        else json.WriteStringValue(cell);
    }

    /// <summary>A number that float64 cannot hold exactly enough to print again stays text: identifiers must not change.</summary>
    private static void WriteNumber(Utf8JsonWriter json, string cell)
    {
        var number = double.Parse(cell, CultureInfo.InvariantCulture);
        if (Math.Abs(number) <= 9007199254740991) json.WriteNumberValue(number);
        else json.WriteStringValue(cell);
    }

    private static bool IsNull(string cell) => cell is "null" or "NULL" or "undefined" or "NaN";

    private static bool IsJson(string cell)
    {
        try
        {
            using var document = JsonDocument.Parse(cell);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // No leading zeros (they are part of codes), no exponents (they are part of names).
    [GeneratedRegex(@"^-?(0|[1-9]\d*)(\.\d+)?$")]
    private static partial Regex PlainNumber();

    [GeneratedRegex(@"^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$")]
    private static partial Regex JsonNumber();
}
