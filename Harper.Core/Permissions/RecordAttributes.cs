using System.Text.Json;
using Harper.Core.Operations;

namespace Harper.Core.Permissions;

/// <summary>The attributes that the records of a write name, for roles that may write only some.</summary>
public static class RecordAttributes
{
    /// <param name="records">A JSON array of objects. What is none names nothing: the write itself refuses it.</param>
    public static IReadOnlySet<string> Of(ReadOnlySpan<byte> records)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var json = new Utf8JsonReader(records, new JsonReaderOptions { MaxDepth = OperationEnvelope.MaxDepth });
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != 2) continue;
            names.Add(json.GetString()!);
        }
        return names;
    }
}
