using System.Text;

namespace Harper.Core.Operations;

/// <summary>An operation as one line of a log: its arguments as far as they are short and no secret; of records and loads only how large they are (invariant 12).</summary>
public static class OperationText
{
    private const int LongestShown = 80;

    public static string Of(OperationFields fields)
    {
        var line = new StringBuilder();
        foreach (var (name, raw) in OperationSecrets.Without(fields).All)
        {
            if (line.Length > 0) line.Append(' ');
            line.Append(name).Append('=');
            if (raw.Length > LongestShown || name is "data" or "value" || raw.Span[0] is (byte)'{' or (byte)'[') line.Append('<').Append(raw.Length).Append(" bytes>");
            else line.Append(Encoding.UTF8.GetString(raw.Span));
        }
        return line.ToString();
    }
}
