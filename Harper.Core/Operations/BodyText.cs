using System.Buffers.Text;
using System.Text.Unicode;

namespace Harper.Core.Operations;

/// <summary>
/// Checks once that every text in a body can be a text: valid UTF-8, and no escape that stands for half a character. Whoever reads the body afterwards need not
/// expect either.
/// </summary>
internal static class BodyText
{
    private const int EscapeLength = 6;

    public static void Check(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body)) throw OperationError.Bad("Request body is not valid UTF-8");
        for (var at = body.IndexOf((byte)'\\'); at >= 0; at = body.IndexOf((byte)'\\'))
        {
            body = body[at..];
            var unit = UnitOf(body);
            if (unit is >= 0xD800 and <= 0xDBFF && UnitOf(body[EscapeLength..]) is >= 0xDC00 and <= 0xDFFF) body = body[(2 * EscapeLength)..];
            else if (unit is >= 0xD800 and <= 0xDFFF)
                throw OperationError.Bad($"Request body holds half of a surrogate pair: \\u{unit:x4}");
            else body = body[Math.Min(2, body.Length)..];
        }
    }

    /// <summary>The UTF-16 unit of an escape at the beginning, or -1.</summary>
    private static int UnitOf(ReadOnlySpan<byte> text) =>
        text.Length >= EscapeLength && text[0] == '\\' && text[1] == 'u'
        && Utf8Parser.TryParse(text[2..EscapeLength], out ushort unit, out var read, 'x') && read == 4 ? unit : -1;
}
