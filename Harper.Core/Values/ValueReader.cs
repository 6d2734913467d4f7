using System.Numerics;

namespace Harper.Core.Values;

/// <summary>Reads values of the dialect one after the other from a span, without allocation. Every length is checked before it is believed.</summary>
public ref partial struct ValueReader
{
    /// <summary>How deep values may be nested.</summary>
    public const int MaxDepth = 64;

    public ValueReader(ReadOnlySpan<byte> values) => throw new NotImplementedException();

    /// <summary>Offset of the next value in the span given.</summary>
    public readonly int Position => throw new NotImplementedException();

    public readonly bool AtEnd => throw new NotImplementedException();

    /// <summary>The kind of the next value; nothing is consumed.</summary>
    public readonly ValueKind Kind => throw new NotImplementedException();

    public void Skip() => throw new NotImplementedException();

    /// <summary>The bytes of the next value, which is skipped. Inside an array or a record they may refer to names given earlier.</summary>
    public ReadOnlySpan<byte> ReadRaw() => throw new NotImplementedException();

    public bool ReadBoolean() => throw new NotImplementedException();

    /// <summary>A number, or a big integer rounded to one.</summary>
    public double ReadNumber() => throw new NotImplementedException();

    public BigInteger ReadBigInteger() => throw new NotImplementedException();

    /// <summary>UTF-8, valid in every record that this node stored.</summary>
    public ReadOnlySpan<byte> ReadText() => throw new NotImplementedException();

    public ReadOnlySpan<byte> ReadBinary() => throw new NotImplementedException();

    /// <summary>Milliseconds since 1970; NaN for an invalid date.</summary>
    public double ReadDate() => throw new NotImplementedException();

    /// <summary>How many values follow as the array's elements.</summary>
    public int ReadArray() => throw new NotImplementedException();

    /// <summary>How many pairs of values follow.</summary>
    public int ReadMap() => throw new NotImplementedException();

    /// <summary>The names of a nested record, whose values follow in their order.</summary>
    public RecordNames ReadRecord() => throw new NotImplementedException();
}

/// <summary>The names of a nested record, to be read one by one beside its values.</summary>
public ref struct RecordNames
{
    public readonly int Count => throw new NotImplementedException();

    public ReadOnlySpan<byte> Next() => throw new NotImplementedException();
}
