using System.Security.Cryptography;
using System.Text;

namespace Harper.Actors.Transport;

/// <summary>The two values of RFC 6455 that show that both ends mean a WebSocket.</summary>
internal static class WebSocketUpgrade
{
    private const string Magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    public static bool IsKey(string? key)
    {
        Span<byte> bytes = stackalloc byte[16];
        return key is { Length: 24 } && Convert.TryFromBase64String(key, bytes, out var length) && length == 16;
    }

    public static string AcceptOf(string key)
    {
#pragma warning disable CA5350 // The RFC wants SHA-1; it guards against mistaken protocols, not against attackers.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Magic)));
#pragma warning restore CA5350
    }
}
