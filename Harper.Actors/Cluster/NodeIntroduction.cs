using System.Collections.Immutable;
using System.Text.Json;
using Harper.Actors.Certificates;
using Harper.Actors.Membership;
using Harper.Actors.Operations;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Operations;
using Microsoft.Extensions.Logging;

namespace Harper.Actors.Cluster;

/// <summary>
/// add_node, update_node and their counterpart add_node_back: two nodes get to know each other. After a failure nothing is stored, gossiped or
/// dialled here (D24).
/// </summary>
internal sealed partial class NodeIntroduction(
    MembershipClient membership, PeerCalls calls, IntroductionCertificates? certificates, RetainedCredentials? retained,
    ILogger<NodeIntroduction> log)
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(20);

    /// <summary>Adds the node and returns the original's text.</summary>
    public async Task<string> AddAsync(JsonElement body, CancellationToken cancellation)
    {
        var change = NodeChange.Parse(body, "add_node", Settings);
        var url = await IntroduceAsync(change, cancellation).ConfigureAwait(false);
        return $"Successfully added '{url}' to cluster";
    }

    public async Task<string> UpdateAsync(JsonElement body, CancellationToken cancellation)
    {
        var change = NodeChange.Parse(body, "update_node", Settings);
        var known = membership.View.Current.Records.Find(change.Target.Name);
        if (known is { IsUsable: true } && !HasUrl(body) && PeerAddress.TryParseUrl(known.Url!, out var recorded, out _))
            change = change with { Target = change.Target with { Url = recorded } };
        if (known is null || !change.IsLocal)
        {
            // What was agreed stays, where nothing else is said.
            var agreed = membership.View.Current.Records.Find(Settings.Self)?.TermsWith(change.Target.Name);
            if (change.Subscriptions is null && change.Flow is null && !body.TryGetProperty("subscriptions", out _))
                change = change with { Subscriptions = agreed?.Subscriptions, Flow = agreed?.Flow };
            return $"Successfully updated '{await IntroduceAsync(change, cancellation).ConfigureAwait(false)}'";
        }
        var fields = change.ToFields(change.Target, known, full: false, null, null);
        await membership.WriteAsync(change.Target.Name, fields, cancellation).ConfigureAwait(false);
        return $"Successfully updated '{PeerAddress.Write(change.Target.Url)}'";
    }

    /// <summary>Checks without doing anything: configure_cluster validates its whole list first.</summary>
    public NodeTarget Validate(JsonElement body) => NodeChange.Parse(body, "add_node", Settings).Target;

    /// <summary>The other end of <see cref="AddAsync"/>: the caller becomes a member, and this node publishes itself.</summary>
    public async Task<OperationAnswer> AddBackAsync(JsonElement body, Caller caller, CancellationToken cancellation)
    {
        if (Settings.Url is null) throw new OperationError(400, "This node takes no part in replication: it has no replication port");
        var change = NodeChange.Parse(body, "add_node_back", Settings);
        if (caller.Node is { } node && node != change.Target.Name.Value)
            throw new OperationError(403, $"{node} may add only itself, not {change.Target.Name}");
        var records = membership.View.Current.Records;
        if (records.IsRemoved(change.Target.Name) && FlagOf(body, "emptied") == false) return Rejoins();
        var emptied = FlagOf(body, "removed") == true && !records.IsRemoved(Settings.Self);
        if (emptied) await membership.SetAsideAsync(cancellation).ConfigureAwait(false);
        var known = records.Find(change.Target.Name);
        var signed = await SignAsync(body, change, cancellation).ConfigureAwait(false);
        var authority = AuthorityOf(signed?.SigningAuthority ?? TextOf(body, "cert_auth"));
        // The joiner's start_time filters what it takes; on its own record it would gossip to others (D26).
        var mirrored = change with { StartTime = null, Flow = change.Flow?.Mirror(), IsLeader = null };
        var fields = mirrored.ToFields(change.Target, known, full: true, null, authority);
        await membership.IntroduceAsync(change.Target.Name, fields, mirrored.TermsWith(change.Target.Name), cancellation).ConfigureAwait(false);
        Warn(mirrored, change.Target.Name);
        LogAdded(change.Target.Name, PeerAddress.Write(change.Target.Url));
        var settings = Settings;
        return new OperationAnswer(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("nodeName", settings.Self.Value);
            if (signed is not null)
            {
                writer.WriteString("signingCA", signed.SigningAuthority);
                writer.WriteString("certificate", signed.Certificate);
            }
            if (settings.Authority is { } own) writer.WriteString("usingCA", own.Pem);
            if (settings.Shard is { } shard) writer.WriteNumber("shard", shard);

            // Ours alone: whether this node was removed, did not know, and set its databases aside (rule 25).
            writer.WriteBoolean("emptied", emptied);
            writer.WriteEndObject();
        });
    }

    /// <summary>Nothing is stored: the caller was removed from here and may not know. It sets its databases aside and calls again (rule 25).</summary>
    private static OperationAnswer Rejoins() => new(200, writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("rejoins", true);
        writer.WriteEndObject();
    });

    /// <summary>The joiner's certificate, by this node's own profile and under the name by which it becomes a member; null when it asked for none.</summary>
    private async Task<CertificateProtocol.Signed?> SignAsync(JsonElement body, NodeChange change, CancellationToken cancellation)
    {
        if (TextOf(body, "csr") is not { } csr) return null;
        if (certificates is null) throw new OperationError(400, "This node cannot sign certificates: join it over a ws:// URL");
        return await certificates.SignAsync(csr, change.Target, cancellation).ConfigureAwait(false);
    }

    private MembershipSettings Settings => membership.View.Current.Settings;

    private async Task<string> IntroduceAsync(NodeChange change, CancellationToken cancellation)
    {
        try
        {
            return await MeetAsync(change, cancellation).ConfigureAwait(false);
        }
        catch (PeerCallException failure)
        {
            throw new OperationError(500, failure.Message);
        }
    }

    /// <summary>
    /// A route names a node again that was removed here. It may have been down then and not know: before its record comes back it is told, and sets its databases aside
    /// (rule 25). Where it knows, its record comes back at once and it decides by itself.
    /// </summary>
    /// <returns>Why it stays out; null: it does not.</returns>
    public async Task<string?> RejoinAsync(Route route, CancellationToken cancellation)
    {
        var target = new NodeTarget(route.Peer, route.Url);
        try
        {
            await MeetAsync(new NodeChange(target, null, null, null, [], null, null, null, false), cancellation).ConfigureAwait(false);
        }
        catch (PeerCallException refused) when (refused.Answered)
        {
            await membership.WriteAsync(
                route.Peer, [NodeField.Text("url", PeerAddress.Write(route.Url)), NodeField.Flag("replicates", true)], cancellation).ConfigureAwait(false);
        }
        catch (PeerCallException failure)
        {
            LogStaysOut(route.Peer, failure.Message);
            return $"{route.Peer} was removed from the cluster and could not be told to begin empty ({failure.Message}): it stays out until add_node is run here or there";
        }

        return null;
    }

    /// <exception cref="PeerCallException">Nothing came of it; in the words of the operation.</exception>
    private async Task<string> MeetAsync(NodeChange change, CancellationToken cancellation)
    {
        if (Settings.Url is null) throw OperationError.Bad("replication url is missing from harperdb-config.yaml");
        var url = PeerAddress.Write(change.Target.Url);
        var known = membership.View.Current.Records.Find(change.Target.Name);
        var joining = await PrepareAsync(change, known, cancellation).ConfigureAwait(false);
        var wasRemoved = membership.View.Current.Records.IsRemoved(change.Target.Name);
        JsonElement answer;
        try
        {
            answer = await CallAsync(emptied: false).ConfigureAwait(false);
            if (FlagOf(answer, "rejoins") == true)
            {
                await membership.SetAsideAsync(cancellation).ConfigureAwait(false);
                answer = await CallAsync(emptied: true).ConfigureAwait(false);
            }
            else if (wasRemoved && FlagOf(answer, "emptied") is null)
            {
                await ForgetAsync(change).ConfigureAwait(false);
                answer = await CallAsync(emptied: false).ConfigureAwait(false);
            }

            await CompleteAsync(answer, joining, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is PeerCallException or OperationError)
        {
            var ending = joining?.Csr is null ? "" : " and connection was required to sign certificate";
            throw new PeerCallException($"Error returned from {url}: {failure.Message}{ending}", failure is PeerCallException { Answered: true });
        }
        var target = TargetOf(answer, change.Target);
        if (target.Name == Settings.Self) throw OperationError.Bad($"{Settings.Self} is this node");
        Warn(change, target.Name);
        Retain(change, target.Name);
        if (target.Name != change.Target.Name) known = membership.View.Current.Records.Find(target.Name);
        var shard = answer.TryGetProperty("shard", out var reported) && reported.ValueKind == JsonValueKind.Number ? reported.GetInt32() : (int?)null;
        var fields = change.ToFields(target, known, full: true, shard, AuthorityOf(TextOf(answer, "usingCA")));
        await membership.IntroduceAsync(target.Name, fields, change.TermsWith(target.Name), cancellation).ConfigureAwait(false);
        LogAdded(target.Name, url);
        return url;

        Task<JsonElement> CallAsync(bool emptied) => calls.CallAsync(
            change.Target.Url, change.Authorization,
            change.ToAddNodeBack(Settings, joining?.Csr, joining?.OwnAuthority, wasRemoved, emptied),
            CallDeadline, cancellation, change.VerifiesTls);

        // Whoever does not say whether it began empty is an original, and was perhaps cut off when it was removed: then it still has this node's row with a link that is
        // over for good, and adding it again would change nothing. What the removal would have told it, it is told now.
        async Task ForgetAsync(NodeChange original)
        {
            foreach (var name in (NodeName[])[original.Target.Name, Settings.Self])
            {
                try
                {
                    await calls.CallAsync(original.Target.Url, null, NodeRemoval.Back(name), CallDeadline, cancellation, original.VerifiesTls).ConfigureAwait(false);
                }
                catch (PeerCallException unknown) when (unknown.Answered)
                {
                    // It has no such row: there is nothing to forget.
                }
            }
        }
    }

    private static bool? FlagOf(JsonElement holder, string name) => !holder.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.True ? true : value.ValueKind == JsonValueKind.False ? false : null;

    private void Retain(NodeChange change, NodeName peer)
    {
        if (!change.RetainAuthorization) retained?.Forget(peer);
        else if (change.Authorization is { } header && retained is not null)
        {
            retained.Keep(peer, header);
            LogRetained(peer);
        }
    }

    private void Warn(NodeChange change, NodeName peer)
    {
        if (change.Subscriptions is not null) LogSubscriptions(peer);
        else if (change.Flow is { IsDirectional: true } && Settings.Databases.Gossips) LogFlowWithSystem(peer);
    }

    /// <summary>What this node brings over TLS; null on a plain socket. A member that is known by its certificate is not asked to sign again.</summary>
    private async Task<CertificateProtocol.JoinPrepared?> PrepareAsync(NodeChange change, NodeRecord? known, CancellationToken cancellation)
    {
        if (!change.IsSecure) return null;
        if (certificates is null) throw OperationError.Bad("This node has no certificates: it cannot be introduced over a wss:// URL");
        var joining = await certificates.PrepareAsync(change.ForcesSigning, cancellation).ConfigureAwait(false);
        return known is { Ca: not null } && !change.ForcesSigning ? joining with { Csr = null } : joining;
    }

    private async Task CompleteAsync(JsonElement answer, CertificateProtocol.JoinPrepared? joining, CancellationToken cancellation)
    {
        if (joining?.Csr is null || certificates is null) return;
        if (TextOf(answer, "certificate") is not { } certificate || TextOf(answer, "signingCA") is not { } authority)
            throw new OperationError(500, "it answered without a signed certificate");
        await certificates.CompleteAsync(certificate, authority, cancellation).ConfigureAwait(false);
    }

    private static NodeAuthority? AuthorityOf(string? pem) => pem is null ? null : IntroductionCertificates.AuthorityOf(pem);

    private static string? TextOf(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A node is recorded under the name that it gives itself, and dialled there: name and host of the URL are one (W 1.5).</summary>
    private static NodeTarget TargetOf(JsonElement answer, NodeTarget dialled)
    {
        if (!answer.TryGetProperty("nodeName", out var value) || value.ValueKind != JsonValueKind.String) return dialled;
        var name = value.GetString()!;
        if (name == dialled.Name.Value || !PeerAddress.IsNodeName(name)) return dialled;
        return new NodeTarget(new NodeName(name), new UriBuilder(dialled.Url) { Host = name }.Uri);
    }

    private static bool HasUrl(JsonElement body) => body.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String;

    [LoggerMessage(Level = LogLevel.Information, Message = "{Node} at {Url} is a member of the cluster")]
    private partial void LogAdded(NodeName node, string url);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "A route names {Node}, which was removed from the cluster, and it could not be told to begin empty: it stays out until add_node is run here or there. {Reason}")]
    private partial void LogStaysOut(NodeName node, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "Explicit subscriptions with {Node} are deprecated: they are for tests and migrations and promise no consistency; nothing else replicates with it. For one direction in production use sends and receives of its route")]
    private partial void LogSubscriptions(NodeName node);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "With directions between this node and {Node}, 'system' should not be replicated: every node would learn of every other and dial it. List the databases in replication.databases without it")]
    private partial void LogFlowWithSystem(NodeName node);

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The credentials for {Node} are kept in a file below keys/, as retain_authorization asks. Nodes that know each other by certificates or addresses need none")]
    private partial void LogRetained(NodeName node);
}
