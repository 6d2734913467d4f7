namespace Harper.Core.Values;

/// <summary>What a value of the dialect is to its readers.</summary>
public enum ValueKind : byte
{
    Undefined,
    Null,
    Boolean,

    /// <summary>A JavaScript number, stored as an integer of up to 32 bits or as float64.</summary>
    Number,

    /// <summary>A true big integer: 64-bit forms and extension 0x42.</summary>
    BigInteger,
    Text,
    Binary,
    Date,
    Array,

    /// <summary>A nested object with its names in front, or a reference to names given earlier in the same value.</summary>
    Record,

    /// <summary>A plain MessagePack map. Never written here, understood when read.</summary>
    Map,

    /// <summary>Extension 11: a reference to a blob.</summary>
    Blob,

    /// <summary>An extension that is kept and passed on, but means nothing here.</summary>
    Extension,
}
