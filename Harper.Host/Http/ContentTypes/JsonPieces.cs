using System.Numerics;
using System.Text.Json;
using Harper.Core.Json;

namespace Harper.Host.Http.ContentTypes;

/// <summary>What the forms of answers have in common in reading JSON.</summary>
internal static class JsonPieces
{
    private const double MaxSafeInteger = 9007199254740991;

    public static Utf8JsonReader Reader(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
        reader.Read();
        return reader;
    }

    /// <summary>The text of a string or a name, escapes resolved.</summary>
    public static ReadOnlySpan<byte> Text(scoped ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        var text = new byte[reader.ValueSpan.Length];
        return text.AsSpan(0, reader.CopyString(text));
    }

    /// <summary>The exact value under the reader, in the dialect; empty when it is an ordinary one.</summary>
    public static ReadOnlySpan<byte> Exact(scoped ref Utf8JsonReader reader) => ExactValue.Is(ref reader) ? ExactValue.Read(reader.ValueSpan) : default;

    /// <summary>A number that a JavaScript program would hold as an integer.</summary>
    public static bool IsInteger(ref Utf8JsonReader reader, out long integer) => reader.TryGetInt64(out integer) && Math.Abs((double)integer) <= MaxSafeInteger;

    public static bool FitsIn64Bits(BigInteger value) => value >= long.MinValue && value <= ulong.MaxValue;

    /// <summary>How many elements or properties the container under the reader has.</summary>
    public static int Count(Utf8JsonReader reader)
    {
        var count = 0;
        var end = reader.TokenType == JsonTokenType.StartArray ? JsonTokenType.EndArray : JsonTokenType.EndObject;
        while (reader.Read() && reader.TokenType != end)
        {
            if (reader.TokenType == JsonTokenType.PropertyName) reader.Read();
            reader.Skip();
            count++;
        }
        return count;
    }
}
