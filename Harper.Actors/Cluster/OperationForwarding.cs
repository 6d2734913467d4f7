using System.Buffers;
using System.Text.Json;
using Harper.Actors.Membership;
using Harper.Actors.Operations;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Operations;

namespace Harper.Actors.Cluster;

/// <summary>Runs an operation on every other node of the cluster and gathers what each answers (<c>replicated: true</c>, R-NRP-09, R-MGT-05).</summary>
public sealed class OperationForwarding(MembershipView view, PeerCalls calls) : IOperationForwarding
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public async Task<IReadOnlyList<ForwardedResult>> ForwardAsync(OperationFields fields, string? user, CancellationToken cancellation)
    {
        var request = Request(fields);
        var others = view.Current.Plan.Peers.Values.Where(peer => peer.Record is not null).ToList();
        return await Task.WhenAll(others.Select(peer => ForwardAsync(peer, request, cancellation))).ConfigureAwait(false);
    }

    private async Task<ForwardedResult> ForwardAsync(PeerPlan peer, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        if (peer.Url is not { } text || !PeerAddress.TryParseUrl(text, out var url, out _))
            return Failed(peer.Peer, peer.NotDialled ?? "no address is known");
        try
        {
            return new ForwardedResult(peer.Peer, await calls.CallAsync(url, null, request, Deadline, cancellation).ConfigureAwait(false));
        }
        catch (PeerCallException failure)
        {
            return Failed(peer.Peer, failure.Message);
        }
    }

    private static ForwardedResult Failed(NodeName node, string reason) =>
        new(node, JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["status"] = "failed", ["reason"] = reason }));

    /// <summary>The other node must not forward it again; v5 does so unless it is told.</summary>
    private static ReadOnlyMemory<byte> Request(OperationFields fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        foreach (var (name, raw) in fields.All)
        {
            if (name is "replicated" or "requestId") continue;
            writer.WritePropertyName(name);
            writer.WriteRawValue(raw.Span, skipInputValidation: true);
        }
        writer.WriteBoolean("replicated", false);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
