namespace Harper.Core.Keys;

/// <summary>A value that cannot be a key, or bytes that are no key.</summary>
public sealed class KeyFormatException(string message) : FormatException(message);
