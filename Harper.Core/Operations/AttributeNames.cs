using System.Text;

namespace Harper.Core.Operations;

/// <summary>What the name of an attribute may be. The texts are the original's.</summary>
public static class AttributeNames
{
    private const int MaxBytes = 250;

    /// <summary>Null when the name may be used.</summary>
    public static string? Problem(string name)
    {
        if (name.Length == 0 || name is "null" or "undefined") return $"Invalid attribute name: '{name}'";
        if (name.AsSpan().ContainsAny('/', '`')) return "Attribute names cannot include backticks or forward slashes";
        if (name.Length > MaxBytes / 3 && Encoding.UTF8.GetByteCount(name) > MaxBytes)
            return $"transaction aborted due to attribute name {name} being too long. Attribute names cannot be longer than {MaxBytes} bytes.";
        return null;
    }
}
