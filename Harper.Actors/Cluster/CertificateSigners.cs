using System.Buffers;
using System.Text.Json;
using Harper.Actors.Membership;
using Harper.Actors.Peers;
using Harper.Core.Membership;

namespace Harper.Actors.Cluster;

/// <summary>
/// Has this node's certificate signed again: by the node whose authority signed it, else by any other member that is reachable. Each call is one
/// sign_certificate over a secure socket that the certificate which still holds opens.
/// </summary>
internal sealed class CertificateSigners(MembershipView view, PeerBoard board, PeerCalls calls)
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(10);

    public async Task<(string Certificate, string Authority)?> SignAsync(string csr, string? issuer, CancellationToken cancellation)
    {
        var self = view.Settings;
        var reachable = board.All.Where(peer => peer.IsReachable && peer.Plan.Url is not null).OrderBy(peer => peer.Peer.Value != issuer);
        foreach (var peer in reachable)
        {
            if (!PeerAddress.TryParseUrl(peer.Plan.Url!, out var url, out _) || url.Scheme != "wss") continue;
            try
            {
                var answer = await calls.CallAsync(url, null, Request(csr, self.Url), CallDeadline, cancellation).ConfigureAwait(false);
                if (Text(answer, "certificate") is { } certificate && Text(answer, "signingCA") is { } authority) return (certificate, authority);
            }
            catch (PeerCallException)
            {
                // The next one may sign; that nobody does is told by who asks.
            }
        }
        return null;
    }

    private static ReadOnlyMemory<byte> Request(string csr, string? url)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("operation", "sign_certificate");
        writer.WriteString("csr", csr);
        if (url is not null) writer.WriteString("url", url);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static string? Text(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
