using System.Buffers;
using System.Text.Json;

namespace Harper.Core.Keys;

/// <summary>Between keys in ordered-binary form and the two forms that values have: JSON and the record dialect.</summary>
public static class KeyCodec
{
    /// <exception cref="KeyFormatException">An object, a nested or empty array, or more than <see cref="RecordKey.MaxBytes"/> bytes; null unless allowed.</exception>
    public static RecordKey FromJson(JsonElement json, bool allowNull = false) => throw new NotImplementedException();

    /// <summary>As above, from a reader that stands on the first token of the value; it is left on the last.</summary>
    public static RecordKey FromJson(ref Utf8JsonReader json, bool allowNull = false) => throw new NotImplementedException();

    public static RecordKey FromText(string text) => throw new NotImplementedException();

    public static RecordKey FromNumber(double number) => throw new NotImplementedException();

    /// <summary>The primary key that a value of the dialect stands for.</summary>
    /// <exception cref="KeyFormatException">It cannot be a key, or is longer than <see cref="RecordKey.MaxBytes"/>.</exception>
    public static RecordKey FromValue(ReadOnlySpan<byte> value) => throw new NotImplementedException();

    /// <summary>
    /// Writes the key form of a value of the dialect: index keys. Dates are their milliseconds. False, and nothing written, for what has
    /// none: undefined, objects, binary, blobs, nested or empty arrays and arrays with such elements. No length limit.
    /// </summary>
    public static bool FromValue(ReadOnlySpan<byte> value, IBufferWriter<byte> into) => throw new NotImplementedException();

    /// <summary>Writes the key as a JSON value: compound keys as arrays, binary keys as base64 text.</summary>
    /// <exception cref="KeyFormatException">The bytes are no key.</exception>
    public static void WriteJson(ReadOnlySpan<byte> key, Utf8JsonWriter json) => throw new NotImplementedException();

    /// <summary>Writes the key as a value of the dialect.</summary>
    /// <exception cref="KeyFormatException">The bytes are no key.</exception>
    public static void ToValue(ReadOnlySpan<byte> key, IBufferWriter<byte> into) => throw new NotImplementedException();

    /// <summary>Whether the bytes are a key that the other methods can read; for keys from outside.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> key) => throw new NotImplementedException();
}
