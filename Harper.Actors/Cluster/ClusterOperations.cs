using System.Collections.Immutable;
using System.Text.Json;
using Harper.Actors.Operations;
using Harper.Core.Membership;
using Harper.Core.Operations;

namespace Harper.Actors.Cluster;

/// <summary>The operations that concern the cluster: one row each.</summary>
internal sealed class ClusterOperations(NodeIntroduction introduction, NodeRemoval removal, RouteOperations routes, ClusterStatusReport status, ResyncOperation resync)
    : IOperationFamily
{
    /// <summary>An introduction waits for the other node; a removal for its answer.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public IEnumerable<OperationEntry> Entries =>
    [
        new("add_node", OperationAccess.SuperUser, async (call, stop) => OperationAnswer.Message(await introduction.AddAsync(call.Body, stop).ConfigureAwait(false)))
        {
            Aliases = ["set_node"], Deadline = Deadline,
        },
        new("update_node", OperationAccess.SuperUser, async (call, stop) => OperationAnswer.Message(await introduction.UpdateAsync(call.Body, stop).ConfigureAwait(false)))
        {
            Deadline = Deadline,
        },
        new("remove_node", OperationAccess.SuperUser, async (call, stop) => OperationAnswer.Message(await removal.RemoveAsync(call.Body, stop).ConfigureAwait(false)))
        {
            Deadline = Deadline,
        },
        new("add_node_back", OperationAccess.Node, (call, stop) => new(introduction.AddBackAsync(call.Body, call.Caller, stop))),
        new("remove_node_back", OperationAccess.Node, (call, stop) => new(removal.RemoveBackAsync(call.Body, call.Caller, stop))),
        new("configure_cluster", OperationAccess.SuperUser, ConfigureAsync) { Deadline = TimeSpan.FromMinutes(5) },
        new("cluster_set_routes", OperationAccess.SuperUser, (call, stop) => new(routes.SetAsync(call.Body, stop))) { Deadline = Deadline },
        new("cluster_get_routes", OperationAccess.SuperUser, (_, _) => new(routes.Get())),
        new("cluster_delete_routes", OperationAccess.SuperUser, (call, stop) => new(routes.DeleteAsync(call.Body, stop))),
        new("cluster_status", OperationAccess.SuperUser, (_, stop) => status.AnswerAsync(stop)),
        new("resync_database", OperationAccess.SuperUser, (call, stop) => new(resync.RunAsync(call.Body, stop))),
    ];

    /// <summary>
    /// Replaces the whole set of peers (R-CLU-19, D41). The whole list is checked before anything is removed; a peer that stays is not removed in between.
    /// </summary>
    private async ValueTask<OperationAnswer> ConfigureAsync(OperationCall call, CancellationToken stop)
    {
        if (!call.Body.TryGetProperty("connections", out var list) || list.ValueKind != JsonValueKind.Array) throw OperationError.Bad("'connections' is required");
        var connections = list.EnumerateArray().ToImmutableArray();
        var targets = connections.Select(introduction.Validate).Select(target => target.Name).ToImmutableHashSet();
        foreach (var peer in removal.Peers.Where(peer => !targets.Contains(peer))) await removal.RemoveAsync(peer, stop).ConfigureAwait(false);
        var results = new List<(string Field, string Text)>();
        foreach (var connection in connections)
        {
            try
            {
                results.Add(("response", await introduction.AddAsync(connection, stop).ConfigureAwait(false)));
            }
            catch (OperationError error)
            {
                results.Add(("error", error.Message));
            }
        }
        if (results.Count > 0 && results.All(result => result.Field == "error")) throw new OperationError(500, results[0].Text);
        return new OperationAnswer(200, writer => WriteConfigured(writer, results));
    }

    private static void WriteConfigured(Utf8JsonWriter writer, List<(string Field, string Text)> results)
    {
        writer.WriteStartObject();
        writer.WriteString("message", "Configure cluster complete.");
        writer.WriteStartArray("connections");
        foreach (var (field, text) in results)
        {
            writer.WriteStartObject();
            writer.WriteString(field, text);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
