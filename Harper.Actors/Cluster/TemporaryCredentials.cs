using System.Text;
using System.Text.Json;
using Harper.Core.Operations;

namespace Harper.Actors.Cluster;

/// <summary>
/// The credentials of one add_node call as an Authorization header (R-XGN-06..08): held in memory for the call, never stored, logged or returned.
/// Errors about them never repeat them.
/// </summary>
internal static class TemporaryCredentials
{
    private const string Forms =
        "'authorization' must be an object with username and password, or a string such as 'Basic ...', 'Bearer ...', 'Token ...' or a JWT";

    public static string? ToHeader(JsonElement? authorization)
    {
        switch (authorization?.ValueKind)
        {
            case null or JsonValueKind.Null or JsonValueKind.Undefined:
                return null;
            case JsonValueKind.Object:
                if (Text(authorization.Value, "username") is not { } username || Text(authorization.Value, "password") is not { } password)
                    throw OperationError.Bad(Forms);
                return "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"));
            case JsonValueKind.String:
                return FromText(authorization.Value.GetString()!.Trim());
            default:
                throw OperationError.Bad(Forms);
        }
    }

    private static string FromText(string text)
    {
        if (text.Length == 0 || text.Any(char.IsControl)) throw OperationError.Bad(Forms);
        var space = text.IndexOf(' ');
        if (space < 0)
        {
            // A JWT has three parts; anything else without a scheme says nothing.
            return text.Count(c => c == '.') == 2 ? "Bearer " + text : throw OperationError.Bad(Forms);
        }
        var (scheme, value) = (text[..space], text[(space + 1)..].Trim());
        if (value.Length == 0) throw OperationError.Bad(Forms);
        if (scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) return "Basic " + value;
        if (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || scheme.Equals("Token", StringComparison.OrdinalIgnoreCase)) return "Bearer " + value;
        throw OperationError.Bad(Forms);
    }

    private static string? Text(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
