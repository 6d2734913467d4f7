using System.Buffers;
using System.Text.Json;
using Harper.Actors.Membership;
using Harper.Actors.Operations;
using Harper.Actors.Peers;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Operations;
using Microsoft.Extensions.Logging;

namespace Harper.Actors.Cluster;

/// <summary>remove_node and remove_node_back: a node leaves the cluster; its record's deletion gossips (R-CLU-15..17, D15).</summary>
internal sealed partial class NodeRemoval(MembershipClient membership, PeerCalls calls, PeerBoard board, ILogger<NodeRemoval> log)
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(5);

    /// <summary>Every other node with a record.</summary>
    public IReadOnlyList<NodeName> Peers =>
        [.. membership.View.Current.Records.All.Select(record => record.Name).Where(name => name != membership.View.Settings.Self)];

    public async Task<string> RemoveAsync(JsonElement body, CancellationToken cancellation)
    {
        var name = NodeValidation.RemovedName(body);
        await RemoveAsync(name, cancellation).ConfigureAwait(false);
        return $"Successfully removed '{name}' from cluster";
    }

    public async Task RemoveAsync(NodeName name, CancellationToken cancellation)
    {
        var snapshot = membership.View.Current;
        if (name == snapshot.Settings.Self)
        {
            await LeaveAsync(snapshot, cancellation).ConfigureAwait(false);
            return;
        }
        if (snapshot.Records.Find(name) is not { } record) throw OperationError.Bad($"{name} does not exist");
        await TellAsync(snapshot, record, cancellation).ConfigureAwait(false);
        await membership.DeleteAsync(name, cancellation).ConfigureAwait(false);
        LogRemoved(name);
    }

    /// <summary>The other end: only the caller or this node itself may be named.</summary>
    public async Task<OperationAnswer> RemoveBackAsync(JsonElement body, Caller caller, CancellationToken cancellation)
    {
        var name = NodeValidation.RemovedName(body);
        var self = membership.View.Settings.Self;
        if (name != self && caller.Node is { } node && node != name.Value)
            throw new OperationError(403, $"remove_node_back may name only {node} or {self}");
        if (membership.View.Current.Records.Find(name) is null) throw OperationError.Bad($"{name} does not exist");
        LogToldToRemove(name, caller.Node ?? caller.User ?? "a super_user");
        await membership.DeleteAsync(name, cancellation).ConfigureAwait(false);
        return OperationAnswer.Message($"Successfully removed '{name}' from cluster");
    }

    /// <summary>A node that removes itself asks a member to do it, so that the others learn of it; alone it just forgets the cluster.</summary>
    private async Task LeaveAsync(MembershipSnapshot snapshot, CancellationToken cancellation)
    {
        if (snapshot.Records.Find(snapshot.Settings.Self) is null) throw OperationError.Bad($"{snapshot.Settings.Self} does not exist");
        foreach (var peer in board.All.Where(peer => peer.IsReachable && peer.Plan.Url is not null))
        {
            try
            {
                var request = Request("remove_node", "hostname", snapshot.Settings.Self);
                await calls.CallAsync(new Uri(peer.Plan.Url!), null, request, CallDeadline, cancellation).ConfigureAwait(false);
                return;
            }
            catch (PeerCallException failure)
            {
                LogNotTold(peer.Peer, failure.Message);
            }
        }
        await membership.DeleteAsync(snapshot.Settings.Self, cancellation).ConfigureAwait(false);
    }

    /// <summary>With full replication the node deletes its own record and so leaves the whole cluster; with explicit subscriptions it forgets us only.</summary>
    private async Task TellAsync(MembershipSnapshot snapshot, NodeRecord record, CancellationToken cancellation)
    {
        if (!record.IsUsable || !PeerAddress.TryParseUrl(record.Url!, out var url, out _)) return;
        var terms = snapshot.Records.Find(snapshot.Settings.Self)?.TermsWith(record.Name);
        var named = terms?.Subscriptions is not null ? snapshot.Settings.Self : record.Name;
        try
        {
            // Of an original no more than that: it would pass the deletion of our record on to the members that have not heard of its removal yet. What it keeps of us it
            // is told to forget when it is added again (NodeIntroduction).
            await calls.CallAsync(url, null, Back(named), CallDeadline, cancellation).ConfigureAwait(false);
        }
        catch (PeerCallException failure)
        {
            LogNotTold(record.Name, failure.Message);
        }
    }

    /// <summary>What tells another node to delete a record.</summary>
    internal static ReadOnlyMemory<byte> Back(NodeName name) => Request("remove_node_back", "name", name);

    private static ReadOnlyMemory<byte> Request(string operation, string field, NodeName name)
    {
        var buffer = new ArrayBufferWriter<byte>(96);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("operation", operation);
        writer.WriteString(field, name.Value);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Node} was removed from the cluster")]
    private partial void LogRemoved(NodeName node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Caller} told this node to remove {Node} from the cluster")]
    private partial void LogToldToRemove(NodeName node, string caller);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} could not be told of a removal: {Reason}")]
    private partial void LogNotTold(NodeName node, string reason);
}
