using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>What membership has to do about the node records.</summary>
public abstract record GossipAction
{
    private GossipAction()
    {
    }

    /// <summary>Write these attributes of a record, as a patch.</summary>
    public sealed record Write(NodeName Name, ImmutableArray<NodeField> Changes) : GossipAction;

    /// <summary>Say once that this node was removed and how it rejoins (D36).</summary>
    public sealed record TellRemoved : GossipAction;
}

/// <summary>Decides what this node writes about itself. Records travel by ordinary replication of <c>system</c>; nothing else gossips.</summary>
public static class NodeRecordGossip
{
    /// <summary>
    /// The own record exists as soon as a route or add_node does, and says what the configuration says. A record that was deleted is not written
    /// again until somebody adds the node explicitly (R-GOS-07, D36).
    /// </summary>
    public static ImmutableArray<GossipAction> Decide(MembershipSettings settings, NodeRecords members, RouteList routes)
    {
        if (settings.Url is null) return [];
        if (members.IsRemoved(settings.Self)) return [new GossipAction.TellRemoved()];
        var own = members.Find(settings.Self);
        if (own is null && routes.Routes.IsEmpty) return [];
        var changes = OwnChanges(settings, own, routes);
        return changes.IsEmpty ? [] : [new GossipAction.Write(settings.Self, changes)];
    }

    /// <summary>What the own record must say and does not.</summary>
    public static ImmutableArray<NodeField> OwnChanges(MembershipSettings settings, NodeRecord? own, RouteList routes)
    {
        var changes = ImmutableArray.CreateBuilder<NodeField>();
        if (own is null) changes.Add(NodeField.Text(NodeRecord.Key, settings.Self.Value));
        if (own?.Url != settings.Url) changes.Add(NodeField.Text("url", settings.Url));
        var rule = OwnRule(routes);
        if (own?.Replicates is not { } written || !SameRule(written, rule)) changes.Add(NodeField.Of("replicates", rule.WriteTo));
        if (settings.Shard is { } shard && own?.Shard != shard) changes.Add(NodeField.Number("shard", shard));
        if (settings.Authority is { } authority && !authority.IsSameAs(own?.Ca)) changes.AddRange(authority.Fields);
        return changes.ToImmutable();
    }

    /// <summary>With any directional route the record names who may send and receive instead of <c>true</c>.</summary>
    public static FlowRule OwnRule(RouteList routes)
    {
        if (!routes.Routes.Any(route => route.Replicates.IsDirectional)) return FlowRule.Full;
        var sendsTo = ImmutableArray.CreateBuilder<FlowEntry>();
        var receivesFrom = ImmutableArray.CreateBuilder<FlowEntry>();
        foreach (var route in routes.Routes)
        {
            // An explicit list is this node's own to enforce, table by table: the record says of which databases it speaks, or the node would seem to exchange nothing with anybody.
            if (route.Subscriptions is { } list)
            {
                sendsTo.AddRange(Listed(route.Peer, list.Where(item => item.Publish)));
                receivesFrom.AddRange(Listed(route.Peer, list.Where(item => item.Subscribe)));
                continue;
            }

            Add(sendsTo, route.Peer, route.Replicates.Sends, route.Replicates.SendsTo);
            Add(receivesFrom, route.Peer, route.Replicates.Receives, route.Replicates.ReceivesFrom);
        }
        return new FlowRule(false, false, sendsTo.ToImmutable(), receivesFrom.ToImmutable());
    }

    private static void Add(ImmutableArray<FlowEntry>.Builder list, NodeName peer, bool flag, ImmutableArray<FlowEntry>? entries)
    {
        if (entries is { } given) list.AddRange(given.Select(entry => entry with { Peer = entry.Peer ?? peer }));
        else if (flag) list.Add(new FlowEntry(peer, null, []));
    }

    private static IEnumerable<FlowEntry> Listed(NodeName peer, IEnumerable<ExplicitSubscription> items) =>
        items.Select(item => item.Database).Distinct().Select(database => new FlowEntry(peer, database, []));

    private static bool SameRule(FlowRule left, FlowRule right) => Text(left) == Text(right);

    private static string Text(FlowRule rule) => NodeField.Of("", rule.WriteTo).Value.GetRawText();
}
