using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>
/// A value that JSON has no form for (binary, dates, big integers, undefined, infinities), inside JSON: a string of the byte 0xFF and the base64 of the value
/// in the dialect. No JSON text from outside can hold it, since 0xFF is not UTF-8 and bodies are checked for that. It lets bodies and answers in CBOR and MessagePack
/// take the road of JSON without losing what those types say.
/// </summary>
public static class ExactValue
{
    private const byte Mark = 0xFF;

    /// <summary>A JSON writer made with this encoder has a reader that understands exact values; others get JSON's nearest form.</summary>
    public static JavaScriptEncoder Encoder { get; } = JavaScriptEncoder.Create(new TextEncoderSettings(UnicodeRanges.All));

    public static bool IsWanted(Utf8JsonWriter json) => ReferenceEquals(json.Options.Encoder, Encoder);

    /// <summary>Whether the content of a JSON string, without its quotes, is one.</summary>
    public static bool Is(ReadOnlySpan<byte> text) => !text.IsEmpty && text[0] == Mark;

    public static bool Is(ref Utf8JsonReader json) => json.TokenType == JsonTokenType.String && !json.HasValueSequence && Is(json.ValueSpan);

    /// <summary>Puts the value, in the dialect, where a JSON value is due.</summary>
    public static void Write(ReadOnlySpan<byte> value, Utf8JsonWriter json)
    {
        var length = Base64.GetMaxEncodedToUtf8Length(value.Length) + 3;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        var text = rented.AsSpan(0, length);
        text[0] = text[^1] = (byte)'"';
        text[1] = Mark;
        Base64.EncodeToUtf8(value, text[2..^1], out _, out _);
        json.WriteRawValue(text, skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>The value in the dialect.</summary>
    public static byte[] Read(ReadOnlySpan<byte> text)
    {
        var value = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length - 1)];
        return value[..Decode(text, value)];
    }

    internal static void Read(ReadOnlySpan<byte> text, RecordBuffer into) =>
        into.Advance(Decode(text, into.GetSpan(Base64.GetMaxDecodedFromUtf8Length(text.Length - 1))));

    private static int Decode(ReadOnlySpan<byte> text, Span<byte> into)
    {
        // Only this class writes them, so they are whole.
        Base64.DecodeFromUtf8(text[1..], into, out _, out var written);
        return written;
    }
}
