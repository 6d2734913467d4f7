namespace Harper.Core.Values;

/// <summary>Compares values of the dialect by what they mean and not by how they are written.</summary>
public static class ValueComparison
{
    public static bool Equal(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => throw new NotImplementedException();

    /// <summary>Equal attributes in any order; an undefined attribute equals an absent one.</summary>
    public static bool Equal(in EncodedRecord left, in EncodedRecord right) => throw new NotImplementedException();

    /// <summary>The order of keys: undefined and null, booleans, numbers (dates, big integers), texts by code point, arrays, then the rest by canonical form.</summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => throw new NotImplementedException();
}
