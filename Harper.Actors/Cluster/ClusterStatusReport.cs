using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Actors.Membership;
using Harper.Actors.Operations;
using Harper.Actors.Operations.Verification;
using Harper.Actors.Peers;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.Cluster;

/// <summary>
/// cluster_status (R-MON-01..08, 10, 11): every field of the original, and what an operator lacks there. Reads what the actors last said; asks nobody,
/// so it answers also when a peer's actor is busy.
/// </summary>
internal sealed class ClusterStatusReport(MembershipView view, PeerBoard board, IDatabaseDirectory databases, SocketStatusWriter sockets, DatabaseComparison comparison)
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(5);

    public async ValueTask<OperationAnswer> AnswerAsync(CancellationToken cancellation)
    {
        await view.WaitUntilReadyAsync(StartDeadline, cancellation).ConfigureAwait(false);
        var snapshot = view.Current;
        return new OperationAnswer(200, writer => Write(writer, snapshot));
    }

    public void Write(Utf8JsonWriter writer, MembershipSnapshot snapshot)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "cluster-status");
        writer.WriteStartArray("connections");
        // A removed node lists nobody (D36): its plan is empty, whatever records it still holds.
        foreach (var peer in snapshot.Plan.Peers.Values) WriteConnection(writer, peer, board.Find(peer.Peer));
        writer.WriteEndArray();
        writer.WriteString("node_name", snapshot.Settings.Self.Value);
        if (snapshot.Settings.Shard is { } shard) writer.WriteNumber("shard", shard);
        if (snapshot.Records.Find(snapshot.Settings.Self)?.Url is { } url) writer.WriteString("url", url);
        writer.WriteBoolean("is_enabled", snapshot.IsEnabled);
        WriteCopying(writer);
        WriteWaiting(writer);
        WriteAside(writer);
        WriteComparison(writer);
        WriteProblems(writer, snapshot);
        writer.WriteEndObject();
    }

    private void WriteConnection(Utf8JsonWriter writer, PeerPlan peer, PeerStatus? status)
    {
        writer.WriteStartObject();
        if (peer.Record is { } record)
        {
            record.WriteFields(writer, field => field is not ("ca" or "authorization" or "__updatedtime__" or "__createdtime__"));
        }
        else
        {
            writer.WriteString("name", peer.Peer.Value);
            if (peer.Url is { } url) writer.WriteString("url", url);
            writer.WritePropertyName("replicates");
            (peer.Route?.Replicates ?? FlowRule.Full).WriteTo(writer);
        }
        WriteRouteMarks(writer, peer);
        if (ReasonOf(peer, status) is { } reason) writer.WriteString("reason", reason);
        writer.WriteStartArray("database_sockets");
        foreach (var name in DatabasesOf(peer, status))
            sockets.Write(writer, peer, name, databases.Find(name), status?.Databases.GetValueOrDefault(name.Value));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>What the original shows of every peer, and what it marks on one that a route names. Here they are shown and not gossiped: they say something of this node.</summary>
    private static void WriteRouteMarks(Utf8JsonWriter writer, PeerPlan peer)
    {
        bool Lacks(string field) => peer.Record?.Find(field) is null;
        if (Lacks("subscriptions")) writer.WriteNull("subscriptions");
        if (peer.Route is null) return;
        if (Lacks("replicateByDefault")) writer.WriteBoolean("replicateByDefault", peer.Route.Subscriptions is null);
        if (Lacks("isLeader")) writer.WriteBoolean("isLeader", true);
    }

    /// <summary>Why nothing is received from a peer: not dialled, or refused (D37).</summary>
    private static string? ReasonOf(PeerPlan peer, PeerStatus? status)
    {
        if (peer.NotDialled is { } notDialled) return notDialled;
        if (status is null || status.Databases.Values.Any(database => database.Connected)) return null;
        return status.Databases.Values.Select(database => database.LastError).Where(error => error is not null).MaxBy(error => error!.TimeMs)?.Reason;
    }

    private static IEnumerable<DatabaseName> DatabasesOf(PeerPlan peer, PeerStatus? status) =>
        peer.Dialled.Select(link => link.Database)
            .Concat(status?.Databases.Values.Where(database => database.Sending is { Connected: true }).Select(database => database.Database) ?? [])
            .Distinct().OrderBy(name => name.Value, StringComparer.Ordinal);

    /// <summary>
    /// Databases whose rows are those of no single moment yet (rule 23), whether their source is connected or not: from the first row of a copy until the log up to
    /// where the source stood at its end is applied.
    /// </summary>
    private void WriteCopying(Utf8JsonWriter writer)
    {
        var copying = databases.All.Select(database => (database.Name, database.Engine.Positions)).Where(at => at.Positions is { Copy: not null } or { Rest: not null }).ToList();
        if (copying.Count == 0) return;
        writer.WriteStartArray("copying");
        foreach (var (name, positions) in copying)
        {
            writer.WriteStartObject();
            writer.WriteString("database", name.Value);
            writer.WriteString("from", (positions.Copy?.Source ?? positions.Rest!.Source).Value);
            writer.WriteString("state", positions.Copy is null ? "catching up" : "copying rows");
            if (positions.Copy is { } copy) writer.WriteNumber("records", copy.Rows);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Databases whose local writes wait for own writes that peers may have (rule 16).</summary>
    private void WriteWaiting(Utf8JsonWriter writer)
    {
        var held = databases.All.Where(database => database.LocalWrites?.Held is not null).ToList();
        if (held.Count == 0) return;
        writer.WriteStartArray("waiting_writes");
        foreach (var database in held)
        {
            if (database.LocalWrites!.Held is not { } hold) continue;
            writer.WriteStartObject();
            writer.WriteString("database", database.Name.Value);
            writer.WriteNumber("since", Math.Round(hold.SinceMs));
            writer.WriteString("reason", hold.Reason);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Old files of databases that began empty when this node rejoined (rule 25); they are the operator's to remove.</summary>
    private void WriteAside(Utf8JsonWriter writer)
    {
        var folders = databases.Aside;
        if (folders.Count == 0) return;
        writer.WriteStartArray("set_aside");
        foreach (var folder in folders) writer.WriteStringValue(folder);
        writer.WriteEndArray();
    }

    /// <summary>What comparing with peers found since the start (rule 28): nothing differs, ever, unless a disk, a bug or two disasters at once made it so.</summary>
    private void WriteComparison(Utf8JsonWriter writer)
    {
        var figures = comparison.Figures;
        if (figures.LastAtMs is not { } last) return;
        writer.WriteStartObject("comparison");
        writer.WriteNumber("last", Math.Round(last));
        writer.WriteNumber("compared", figures.Compared);
        writer.WriteNumber("differed", figures.Differed);
        writer.WriteNumber("healed_here", figures.HealedHere);
        writer.WriteNumber("healed_there", figures.HealedThere);
        writer.WriteNumber("failed", figures.Failed);
        if (figures.LastDifference is { } difference) writer.WriteString("last_difference", difference);
        writer.WriteEndObject();
    }

    private static void WriteProblems(Utf8JsonWriter writer, MembershipSnapshot snapshot)
    {
        if (snapshot.Routes.Problems.IsEmpty) return;
        writer.WriteStartArray("skipped_routes");
        foreach (var problem in snapshot.Routes.Problems)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("route");
            problem.AsWritten.WriteTo(writer);
            writer.WriteString("reason", problem.Problem);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
