using Microsoft.Net.Http.Headers;

namespace Harper.Host.Http.ContentTypes;

/// <summary>How a request's body is to be read.</summary>
internal enum BodyType
{
    Json,
    Cbor,
    MessagePack,

    /// <summary>No type, or one that clients send who forgot to name theirs: read as JSON where it is an operation.</summary>
    Unnamed,
    Unsupported,
}

internal static class BodyTypes
{
    public static BodyType Of(string? contentType)
    {
        if (string.IsNullOrWhiteSpace(contentType)) return BodyType.Json;
        if (!MediaTypeHeaderValue.TryParse(contentType, out var parsed)) return BodyType.Unsupported;
        return parsed.MediaType.Value?.ToUpperInvariant() switch
        {
            "APPLICATION/JSON" => BodyType.Json,
            "APPLICATION/CBOR" => BodyType.Cbor,
            "APPLICATION/X-MSGPACK" or "APPLICATION/MSGPACK" or "APPLICATION/VND.MSGPACK" => BodyType.MessagePack,
            "TEXT/PLAIN" or "APPLICATION/X-WWW-FORM-URLENCODED" => BodyType.Unnamed,
            _ => BodyType.Unsupported,
        };
    }
}
