namespace Harper.Core.Wire.Records;

/// <summary>One slot of a typed struct, as message 132 announces it: <c>[type, size, name, enumerationOffset?]</c>.</summary>
public readonly record struct TypedSlot(int Type, int Size, string Name, int EnumerationOffset = 0)
{
    internal const int Number = 0, AnyData = 1, Utf8Text = 2, AsciiText = 3, Date = 16;

    internal bool IsReference => Type is AnyData or Utf8Text or AsciiText;

    internal bool IsKnown => (Type, Size) is (Number, 1 or 4 or 8) or (Date, 8) or (AsciiText, 0 or 1) or (Utf8Text, 1 or 2) or (AnyData, 2 or 4);
}
