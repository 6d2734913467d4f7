namespace Harper.Core.Wire.Control;

/// <summary>What kind of value comes next in a control message.</summary>
internal enum ControlToken : byte
{
    /// <summary>Nil, or JavaScript's undefined.</summary>
    Absent,
    Boolean,
    Number,
    Text,
    Bytes,
    Array,
    Map,
    Extension,
}
