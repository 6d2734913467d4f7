using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Harper.Core.Json;

/// <summary>
/// JSON strings as UTF-8, escapes resolved. Half surrogate pairs become U+FFFD, as in every JavaScript encoder.
/// </summary>
internal static class JsonText
{
    /// <summary>The text of a string or property name, for the rare cases: it allocates.</summary>
    public static byte[] Read(ref Utf8JsonReader json)
    {
        var length = json.HasValueSequence ? checked((int)json.ValueSequence.Length) : json.ValueSpan.Length;
        var text = new byte[checked(length * 3)];
        return text[..Copy(ref json, text)];
    }

    /// <summary>
    /// Copies the text into a span three times as long as its JSON form, and returns its length: no escape is shorter than what
    /// it stands for, but a byte that is no UTF-8 becomes the three of U+FFFD.
    /// </summary>
    public static int Copy(ref Utf8JsonReader json, Span<byte> into)
    {
        try
        {
            var length = json.CopyString(into);
            if (Utf8.IsValid(into[..length])) return length;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are no UTF-8.
        }

        var escaped = json.HasValueSequence ? json.ValueSequence.ToArray() : json.ValueSpan.ToArray();
        return Encoding.UTF8.GetBytes(Unescape(escaped), into);
    }

    private static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var source = Encoding.UTF8.GetString(escaped);
        var text = new StringBuilder(source.Length);
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] != '\\')
            {
                text.Append(source[i]);
                continue;
            }

            i++;
            if (source[i] == 'u') text.Append((char)Convert.ToUInt16(source.Substring(i + 1, 4), 16));
            else text.Append(source[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', var plain => plain });
            if (source[i] == 'u') i += 4;
        }

        return text.ToString();
    }
}
