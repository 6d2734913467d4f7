using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Operations;

namespace Harper.Actors.Cluster;

/// <summary>What add_node and update_node say of a node, checked before anything is dialled or stored (R-CLU-26).</summary>
/// <param name="Subscriptions">Null: not given, or given as null; everything replicates.</param>
/// <param name="Flow"><c>replicates</c>, <c>sendsTo</c>, <c>receivesFrom</c> as this node's side of the link; null: not given.</param>
internal sealed record NodeChange(
    NodeTarget Target, string? Authorization, ImmutableArray<ExplicitSubscription>? Subscriptions, FlowRule? Flow,
    ImmutableArray<string> RevokedCertificates, int? Shard, double? StartTime, bool? IsLeader, bool RetainAuthorization)
{
    /// <summary>False: whoever answers the first call over TLS is taken at its word (R-XGN-02).</summary>
    public bool VerifiesTls { get; init; } = true;

    /// <summary>Have a certificate signed even though this node has one (R-XGN-11).</summary>
    public bool ForcesSigning { get; init; }

    public bool IsSecure => Target.Url.Scheme == "wss";

    /// <summary>Nothing in it concerns the other node: it need not be asked (a revocation must work while the node is down).</summary>
    public bool IsLocal => Authorization is null && Subscriptions is null && Flow is null
        && (!RevokedCertificates.IsEmpty || Shard is not null || StartTime is not null || IsLeader is not null);

    public static NodeChange Parse(JsonElement body, string operation, MembershipSettings settings)
    {
        var target = NodeValidation.Target(body, operation, settings);
        return new NodeChange(
            target,
            TemporaryCredentials.ToHeader(Find(body, "authorization")),
            SubscriptionsOf(body),
            FlowRule.ParseLists(Find(body, "sendsTo"), Find(body, "receivesFrom")) ?? FlowOf(body),
            RevokedOf(body),
            ShardOf(body),
            NodeValidation.StartTime(body),
            FlagOf(body, "isLeader"),
            FlagOf(body, "retain_authorization") ?? false)
        {
            VerifiesTls = FlagOf(body, "verify_tls") ?? FlagOf(body, "rejectUnauthorized") ?? true,
            ForcesSigning = FlagOf(body, "force_signing") ?? false,
        };
    }

    /// <summary>The attributes of the other node's record. What was not said stays as it is, but a full add clears explicit subscriptions (R-SUB-09).</summary>
    /// <param name="known">Its record so far.</param>
    /// <param name="full">True: the nodes were introduced to each other; false: only what was said changes.</param>
    public ImmutableArray<NodeField> ToFields(NodeTarget target, NodeRecord? known, bool full, int? reportedShard, NodeAuthority? authority)
    {
        var fields = ImmutableArray.CreateBuilder<NodeField>();
        if (full)
        {
            fields.Add(NodeField.Text("url", PeerAddress.Write(target.Url)));
            if (Subscriptions is { } subscriptions) fields.Add(NodeField.Of("subscriptions", writer => ExplicitSubscription.WriteList(writer, subscriptions)));
            else fields.Add(NodeField.Null("subscriptions"));
            // What the record says of directions is the described node's own word: it is only given where there is none yet (R-FLO-10).
            if (known?.Replicates is null) fields.Add(NodeField.Flag("replicates", Subscriptions is null));
            else if (known.Replicates.IsNothing && Subscriptions is null) fields.Add(NodeField.Flag("replicates", true));
            if (authority is not null) fields.AddRange(authority.Fields);
        }
        if (!RevokedCertificates.IsEmpty)
            fields.Add(NodeField.Texts("revoked_certificates", RevokedSerials.Union(known?.RevokedCertificates ?? [], RevokedCertificates)));
        if ((reportedShard ?? Shard) is { } shard) fields.Add(NodeField.Number("shard", shard));
        if (StartTime is { } startTime) fields.Add(NodeField.Number("start_time", startTime));
        if (IsLeader is { } leader) fields.Add(NodeField.Flag("isLeader", leader));
        return fields.ToImmutable();
    }

    /// <summary>What it says of this node and the other, for this node's own record.</summary>
    public PeerTerms TermsWith(NodeName peer) => new(peer, Subscriptions, Subscriptions is null ? Flow : null);

    /// <summary>The request to the other node (operations API 6.1, step 3).</summary>
    /// <param name="csr">To be signed by the other node; null: nothing is.</param>
    /// <param name="ownAuthority">The authority of the certificate that this node has; null: not said.</param>
    public ReadOnlyMemory<byte> ToAddNodeBack(MembershipSettings self, string? csr, string? ownAuthority, bool removed, bool emptied)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("operation", "add_node_back");
        writer.WriteString("hostname", self.Self.Value);
        writer.WriteString("target_hostname", Target.Name.Value);
        writer.WriteString("url", self.Url);
        if (csr is not null) writer.WriteString("csr", csr);
        else if (ownAuthority is not null) writer.WriteString("cert_auth", ownAuthority);
        writer.WriteNull("authorization");
        // Ours alone (rule 25): whether the target was removed from here, and whether we have set aside what a removed node must not bring along.
        if (removed) writer.WriteBoolean("removed", true);
        writer.WriteBoolean("emptied", emptied);
        writer.WritePropertyName("subscriptions");
        if (Subscriptions is { } subscriptions) ExplicitSubscription.WriteList(writer, [.. subscriptions.Select(item => item.Mirror())]);
        else writer.WriteNullValue();
        if (self.Shard is { } shard) writer.WriteNumber("shard", shard);
        if (Flow is { } flow && Subscriptions is null)
        {
            writer.WritePropertyName("replicates");
            flow.WriteTo(writer);
        }
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static ImmutableArray<ExplicitSubscription>? SubscriptionsOf(JsonElement body)
    {
        if (Find(body, "subscriptions") is not { } list) return null;
        if (list.ValueKind != JsonValueKind.Array) throw OperationError.Bad("'subscriptions' must be an array");
        if (list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Object || Find(item, "table") is not { ValueKind: JsonValueKind.String }))
            throw OperationError.Bad("each of 'subscriptions' must be an object with a table");
        return ExplicitSubscription.ParseList(list) is { IsEmpty: false } items ? items : null;
    }

    private static FlowRule? FlowOf(JsonElement body)
    {
        if (Find(body, "replicates") is not { } value) return null;
        return FlowRule.Parse(value) ?? throw OperationError.Bad("'replicates' must be true, false or an object");
    }

    private static ImmutableArray<string> RevokedOf(JsonElement body)
    {
        if (Find(body, "revoked_certificates") is not { } list) return [];
        if (list.ValueKind != JsonValueKind.Array) throw OperationError.Bad("'revoked_certificates' must be an array of serial numbers");
        return RevokedSerials.Parse(list);
    }

    private static int? ShardOf(JsonElement body)
    {
        if (Find(body, "shard") is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var shard) && shard is >= 0 and < 65536) return shard;
        throw OperationError.Bad($"'shard' must be a number from 0 to 65535, received {value.GetRawText()}");
    }

    private static bool? FlagOf(JsonElement body, string name) => Find(body, name)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw OperationError.Bad($"'{name}' must be true or false"),
    };

    private static JsonElement? Find(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
