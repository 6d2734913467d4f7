using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>
/// What this node and one peer agreed on by an operation (R-SUB, R-CLU-07), as seen from the node that holds it: an explicit list, or directions. It stands on the
/// node's own record, which nobody else writes: on the peer's record it would reach every other member, count there too, and two nodes would overwrite each other's.
/// </summary>
/// <param name="Subscriptions">Null: everything replicates, as far as <paramref name="Flow"/> lets it.</param>
/// <param name="Flow">Null: both directions.</param>
public sealed record PeerTerms(NodeName Peer, ImmutableArray<ExplicitSubscription>? Subscriptions, FlowRule? Flow)
{
    /// <summary>The attribute of the own record.</summary>
    public const string Field = "links";

    public bool IsNothingSpecial => Subscriptions is null && Flow is null or { IsDirectional: false };

    /// <summary>What passes to this node of a database.</summary>
    public TableFilter Receives(DatabaseName database) =>
        Subscriptions is { } list ? ExplicitSubscription.Filter(list, database, item => item.Subscribe)
        : Flow?.ReceivesFor(Peer, database) ?? TableFilter.All;

    /// <summary>What passes from this node of a database.</summary>
    public TableFilter Sends(DatabaseName database) =>
        Subscriptions is { } list ? ExplicitSubscription.Filter(list, database, item => item.Publish)
        : Flow?.SendsFor(Peer, database) ?? TableFilter.All;

    /// <summary>Databases that are named to be received, so that they must be here before anybody can be asked for them (R-SUB-10).</summary>
    public IEnumerable<DatabaseName> NamedToReceive =>
        (Subscriptions ?? []).Where(item => item.Subscribe).Select(item => item.Database).Concat(Flow?.NamedToReceive ?? []);

    public static ImmutableArray<PeerTerms> ParseList(JsonElement? list)
    {
        if (list?.ValueKind != JsonValueKind.Array) return [];
        var all = ImmutableArray.CreateBuilder<PeerTerms>();
        foreach (var item in list.Value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("node", out var node) || node.ValueKind != JsonValueKind.String) continue;
            all.Add(new PeerTerms(
                new NodeName(node.GetString()!),
                ExplicitSubscription.ParseList(item.TryGetProperty("subscriptions", out var subscriptions) ? subscriptions : null),
                FlowRule.Parse(item.TryGetProperty("replicates", out var replicates) ? replicates : null)));
        }

        return all.ToImmutable();
    }

    /// <summary>The list with the terms of one peer replaced, or taken away where nothing special was agreed.</summary>
    public static ImmutableArray<PeerTerms> Replace(ImmutableArray<PeerTerms> list, PeerTerms terms) =>
    [
        .. list.Where(known => known.Peer != terms.Peer),
        .. terms.IsNothingSpecial ? ImmutableArray<PeerTerms>.Empty : [terms],
    ];

    /// <summary>The list as an attribute; null when it is empty.</summary>
    public static NodeField ToField(ImmutableArray<PeerTerms> list) => list.IsEmpty ? NodeField.Null(Field) : NodeField.Of(Field, writer =>
    {
        writer.WriteStartArray();
        foreach (var terms in list) terms.WriteTo(writer);
        writer.WriteEndArray();
    });

    private void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("node", Peer.Value);
        if (Subscriptions is { } subscriptions)
        {
            writer.WritePropertyName("subscriptions");
            ExplicitSubscription.WriteList(writer, subscriptions);
        }
        else if (Flow is { } flow)
        {
            writer.WritePropertyName("replicates");
            flow.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
