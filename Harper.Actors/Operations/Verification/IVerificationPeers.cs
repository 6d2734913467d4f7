using System.Text.Json;
using Harper.Core.Identity;

namespace Harper.Actors.Operations.Verification;

/// <summary>The peers that a node can compare itself with.</summary>
public interface IVerificationPeers
{
    /// <summary>Names of all peers of our kind with which a table flows both ways and that can be dialled.</summary>
    /// <param name="inStep">Only those with which nothing is on its way.</param>
    IReadOnlyList<NodeName> Of(DatabaseName database, TableName table, bool inStep);

    /// <summary>The originals among them, which have no digests.</summary>
    IReadOnlyList<NodeName> Originals(DatabaseName database, TableName table);

    /// <summary>Runs an operation on one peer.</summary>
    /// <exception cref="Harper.Core.Operations.OperationError">The peer cannot be reached or refuses.</exception>
    Task<JsonElement> CallAsync(NodeName peer, ReadOnlyMemory<byte> operation, CancellationToken cancellation);
}
