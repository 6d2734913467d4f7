using System.Text.Json;

namespace Harper.Core.Wire.Control;

/// <summary>Writes the JSON of an operation or of its result as the plain maps that the original expects, with the request id at the end.</summary>
internal static class OperationBodyWriter
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    public static void Write(ControlWriter to, ReadOnlyMemory<byte> json, long requestId, string? error)
    {
        using var document = json.IsEmpty ? null : JsonDocument.Parse(json, Options);
        var root = document?.RootElement;
        var wrapped = root is { ValueKind: not JsonValueKind.Object };
        to.Map((wrapped ? 1 : root?.GetPropertyCount() ?? 0) + 1 + (error is null ? 0 : 1));
        if (wrapped)
        {
            // The original answers with objects only: whatever else a result is goes under this name.
            to.Text("results");
            Value(to, root!.Value);
        }
        else if (root is not null)
        {
            foreach (var member in root.Value.EnumerateObject())
            {
                to.Text(member.Name);
                Value(to, member.Value);
            }
        }
        to.Member("requestId", requestId);
        if (error is not null) to.Member("error", error);
    }

    private static void Value(ControlWriter to, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                to.Map(value.GetPropertyCount());
                foreach (var member in value.EnumerateObject())
                {
                    to.Text(member.Name);
                    Value(to, member.Value);
                }
                break;
            case JsonValueKind.Array:
                to.Array(value.GetArrayLength());
                foreach (var element in value.EnumerateArray()) Value(to, element);
                break;
            case JsonValueKind.String: to.Text(value.GetString()!); break;
            case JsonValueKind.Number:
                if (value.TryGetInt64(out var integer)) to.Integer(integer);
                else to.Number(value.GetDouble());
                break;
            case JsonValueKind.True: to.Boolean(true); break;
            case JsonValueKind.False: to.Boolean(false); break;
            default: to.Nil(); break;
        }
    }
}
