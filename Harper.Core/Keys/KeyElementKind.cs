namespace Harper.Core.Keys;

/// <summary>What an element of a key is.</summary>
public enum KeyElementKind : byte
{
    Null,
    Boolean,
    Number,
    BigInteger,
    Text,

    /// <summary>Raw bytes that the original stores as binary keys; always the whole key.</summary>
    Binary,
}
