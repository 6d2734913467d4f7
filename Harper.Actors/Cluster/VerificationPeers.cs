using System.Text.Json;
using Harper.Actors.Membership;
using Harper.Actors.Operations.Verification;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Operations;

namespace Harper.Actors.Cluster;

/// <summary>The members of the cluster as those to compare with.</summary>
internal sealed class VerificationPeers(MembershipView view, PeerCalls calls) : IVerificationPeers
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public IReadOnlyList<NodeName> Of(DatabaseName database) =>
        [.. view.Current.Plan.Peers.Values.Where(peer => peer.Dialled.Any(link => link.Database == database)).Select(peer => peer.Peer)];

    public async Task<JsonElement> CallAsync(NodeName peer, ReadOnlyMemory<byte> operation, CancellationToken cancellation)
    {
        if (view.Current.Plan.Find(peer)?.Url is not { } text || !PeerAddress.TryParseUrl(text, out var url, out _))
            throw new OperationError(502, $"no address of {peer} is known");
        try
        {
            return await calls.CallAsync(url, null, operation, Deadline, cancellation).ConfigureAwait(false);
        }
        catch (PeerCallException failure)
        {
            throw new OperationError(502, failure.Message);
        }
    }
}
