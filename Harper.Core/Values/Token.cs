namespace Harper.Core.Values;

/// <summary>First bytes and extension types of the dialect.</summary>
internal static class Token
{
    public const byte FirstRecord = 0x40;

    /// <summary>Records named inside a value have ids from here; lower ones belong to the dictionary of a connection.</summary>
    public const byte FirstInlineRecord = 0x60;
    public const byte LastRecord = 0x7F;

    public const byte FixMap = 0x80, FixArray = 0x90, FixText = 0xA0;
    public const byte Null = 0xC0, False = 0xC2, True = 0xC3;
    public const byte Binary8 = 0xC4, Binary16 = 0xC5, Binary32 = 0xC6;
    public const byte Extension8 = 0xC7, Extension16 = 0xC8, Extension32 = 0xC9;
    public const byte Float32 = 0xCA, Float64 = 0xCB;
    public const byte UInt8 = 0xCC, UInt16 = 0xCD, UInt32 = 0xCE, UInt64 = 0xCF;
    public const byte Int8 = 0xD0, Int16 = 0xD1, Int32 = 0xD2, Int64 = 0xD3;
    public const byte FixExtension1 = 0xD4, FixExtension2 = 0xD5, FixExtension4 = 0xD6, FixExtension8 = 0xD7, FixExtension16 = 0xD8;
    public const byte Text8 = 0xD9, Text16 = 0xDA, Text32 = 0xDB;
    public const byte Array16 = 0xDC, Array32 = 0xDD, Map16 = 0xDE, Map32 = 0xDF;
    public const byte FirstNegative = 0xE0;

    public const byte TypeUndefined = 0x00, TypeBlob = 0x0B, TypeBigInteger = 0x42, TypeRecord = 0x72, TypeSet = 0x73, TypeDate = 0xFF;

    /// <summary>Bigger ones nobody could print in time.</summary>
    public const int MaxBigIntegerBytes = 4096;
}
