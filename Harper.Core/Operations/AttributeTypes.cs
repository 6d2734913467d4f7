using System.Collections.Frozen;

namespace Harper.Core.Operations;

/// <summary>The types that an attribute may be declared with.</summary>
public static class AttributeTypes
{
    public const string Array = "array";

    private static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet(
        ["ID", "Int", "Long", "Float", "BigInt", "String", "Boolean", "Date", "Bytes", "Blob", "Any"], StringComparer.Ordinal);

    /// <summary>Splits <c>[T]</c> into array and element type.</summary>
    public static (string? Type, string? Elements) Parse(string? type) =>
        type is ['[', .. var elements, ']'] ? (Array, elements.TrimEnd('!')) : (type, null);

    public static bool IsKnown(string type) => Known.Contains(type);

    /// <summary>Null when the type can be declared.</summary>
    public static string? Problem(string attribute, string? type, string? elements)
    {
        var wrong = type == Array ? elements : type;
        if (wrong is null || Known.Contains(wrong)) return null;
        return $"Unknown type '{wrong}' of attribute '{attribute}': use one of {string.Join(", ", Known.Order(StringComparer.Ordinal))}, or [T]";
    }
}
