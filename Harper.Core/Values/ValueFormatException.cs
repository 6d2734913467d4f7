namespace Harper.Core.Values;

/// <summary>Bytes that are no value of the dialect: cut short, too deep, or of a form nobody may send.</summary>
public sealed class ValueFormatException(string message) : FormatException(message)
{
    internal static ValueFormatException Truncated() => new("A value ends before its last byte.");

    internal static ValueFormatException TooDeep() => new($"A value is nested deeper than {ValueReader.MaxDepth} levels.");
}
