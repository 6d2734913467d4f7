using System.Text.Json;
using Harper.Actors.Membership;
using Harper.Actors.Operations.Verification;
using Harper.Actors.Peers;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Operations;
using Harper.Core.Sessions;

namespace Harper.Actors.Cluster;

/// <summary>The members of the cluster as those to compare with.</summary>
internal sealed class VerificationPeers(MembershipView view, PeerBoard board, PeerCalls calls) : IVerificationPeers
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public IReadOnlyList<NodeName> Of(DatabaseName database, TableName table, bool inStep) =>
        [.. BothWays(database, table).Where(peer => IsOurs(peer, database) && (!inStep || IsIdle(peer, database)))];

    public IReadOnlyList<NodeName> Originals(DatabaseName database, TableName table) => [.. BothWays(database, table).Where(peer => !IsOurs(peer, database))];

    private IEnumerable<NodeName> BothWays(DatabaseName database, TableName table) => view.Current.Plan.Peers.Values
        .Where(peer => peer.Dialled.Any(link => link.Database == database && link.Receives.Allows(table) && link.Sends.Allows(table)))
        .Select(peer => peer.Peer);

    /// <summary>Originals have no digests. A peer that never answered is tried: the failure says why.</summary>
    private bool IsOurs(NodeName peer, DatabaseName database) =>
        board.Find(peer)?.Databases.GetValueOrDefault(database.Value)?.Receiving?.PeerKind is null or PeerKind.Unknown or PeerKind.Ours;

    private bool IsIdle(NodeName peer, DatabaseName database) =>
        board.Find(peer)?.Databases.GetValueOrDefault(database.Value) is
            { Connected: true, Receiving: { LagMs: 0, PendingTransactions: 0, Copying: false }, Sending: null or { PendingTransactions: 0, Copying: false } };

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
