using System.Text.Json;
using Akka.Actor;
using Harper.Actors.Operations;
using Harper.Actors.Peers;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Actors.Cluster;

/// <summary><c>resync_database {database, from | to}</c>: copies a database from a peer, or to an original, by merging, on demand (rule 23). Progress stands in cluster_status.</summary>
internal sealed class ResyncOperation(PeerAcceptor acceptor)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public async Task<OperationAnswer> RunAsync(JsonElement body, CancellationToken cancellation)
    {
        var database = Text(body, "database") ?? throw OperationError.Bad("'database' is required");
        var (from, to) = (Text(body, "from"), Text(body, "to"));
        if (from is null == to is null) throw OperationError.Bad("'from' is required: the name of the node to copy from; or 'to': the name of an original that shall have what is here");
        if (acceptor.Peers is not { } peers) throw new OperationError(503, "The node is starting; try again in a moment");
        var answer = await peers.Ask<PeerProtocol.IEvent>(new PeerProtocol.Resync(new NodeName(from ?? to!), new DatabaseName(database), to is not null), Deadline, cancellation)
            .ConfigureAwait(false);
        return answer switch
        {
            PeerProtocol.ResyncStarted => OperationAnswer.Message($"Database '{database}' is being copied {(to is null ? "from" : "to")} '{from ?? to}'; cluster_status shows the progress"),
            PeerProtocol.ResyncRefused refused => throw OperationError.Bad($"Database '{database}' cannot be copied: {refused.Reason}"),
            _ => throw new OperationError(500, "The peer's actor gave an answer that nobody knows"),
        };
    }

    private static string? Text(JsonElement body, string field) =>
        body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
