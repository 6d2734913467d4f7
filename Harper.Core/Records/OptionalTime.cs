namespace Harper.Core.Records;

/// <summary>A time or none in eight bytes, where <c>double?</c> takes sixteen: there is one in every change of the log's tail. The default is none.</summary>
internal readonly record struct OptionalTime
{
    private static readonly long None = BitConverter.DoubleToInt64Bits(double.NaN);

    private readonly long _bits;

    /// <param name="time">Milliseconds since 1970; what is no number is none.</param>
    public OptionalTime(double? time) => _bits = time is { } value && !double.IsNaN(value) ? BitConverter.DoubleToInt64Bits(value) ^ None : 0;

    public double? Value => _bits == 0 ? null : BitConverter.Int64BitsToDouble(_bits ^ None);
}
