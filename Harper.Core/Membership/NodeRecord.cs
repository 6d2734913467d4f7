using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>
/// A row of <c>system.hdb_nodes</c> (R-INS-02): a member of the cluster as its record says. The attributes are kept as they were
/// read, in their order, also those nobody here knows; the typed views read from them and never throw.
/// </summary>
public sealed record NodeRecord(NodeName Name, ImmutableArray<NodeField> Fields)
{
    public const string Table = "hdb_nodes";
    public const string Key = "name";

    public string? Url => Text("url");

    /// <summary>From the side of the node described; null when the record does not say.</summary>
    public FlowRule? Replicates
    {
        get
        {
            var lists = FlowRule.ParseLists(Find("sendsTo"), Find("receivesFrom"));
            return lists ?? FlowRule.Parse(Find("replicates"));
        }
    }

    public ImmutableArray<ExplicitSubscription>? Subscriptions => ExplicitSubscription.ParseList(Find("subscriptions"));

    /// <summary>What the described node agreed on with single peers.</summary>
    public ImmutableArray<PeerTerms> Terms => PeerTerms.ParseList(Find(PeerTerms.Field));

    /// <summary>Serial numbers of certificates that are no longer accepted from this node, as they were written.</summary>
    public ImmutableArray<string> RevokedCertificates => RevokedSerials.Parse(Find("revoked_certificates"));

    public int? Shard => Find("shard") is { ValueKind: JsonValueKind.Number } shard && shard.TryGetInt32(out var value) ? value : null;

    /// <summary>Epoch milliseconds; a text that an original left there is not a time (D26).</summary>
    public double? StartTime => Find("start_time") is { ValueKind: JsonValueKind.Number } time ? time.GetDouble() : null;

    public string? Ca => Text("ca");

    /// <summary>The host and port of the URL can be dialled, and the name is one a node can have (R-CLU-27).</summary>
    public bool IsUsable => UnusableBecause is null;

    /// <summary>Why this record cannot be dialled, or null when it can.</summary>
    public string? UnusableBecause
    {
        get
        {
            if (!PeerAddress.IsNodeName(Name.Value)) return $"the node name '{Name}' is not a host name or an IP address";
            if (Url is null) return "the record has no url";
            return PeerAddress.TryParseUrl(Url, out _, out var problem) ? null : problem;
        }
    }

    public static NodeRecord Of(NodeName name, params ReadOnlySpan<NodeField> fields) =>
        new(name, [NodeField.Text(Key, name.Value), .. fields]);

    /// <summary>Reads a row; null when it has no name at all.</summary>
    public static NodeRecord? FromJson(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object) return null;
        if (!row.TryGetProperty(Key, out var name) || name.ValueKind == JsonValueKind.Null) return null;
        var text = name.ValueKind == JsonValueKind.String ? name.GetString()! : name.GetRawText();
        return new NodeRecord(new NodeName(text), [.. row.EnumerateObject().Select(p => new NodeField(p.Name, p.Value.Clone()))]);
    }

    public PeerTerms? TermsWith(NodeName peer)
    {
        foreach (var terms in Terms)
            if (terms.Peer == peer) return terms;
        return null;
    }

    public JsonElement? Find(string field)
    {
        foreach (var candidate in Fields)
            if (string.Equals(candidate.Name, field, StringComparison.Ordinal)) return candidate.Value;
        return null;
    }

    /// <summary>This record with some attributes replaced or added.</summary>
    public NodeRecord With(params ReadOnlySpan<NodeField> changes)
    {
        var fields = Fields.ToBuilder();
        foreach (var change in changes)
        {
            var at = -1;
            for (var i = 0; i < fields.Count && at < 0; i++)
                if (fields[i].Name == change.Name) at = i;
            if (at < 0) fields.Add(change);
            else fields[at] = change;
        }
        return this with { Fields = fields.ToImmutable() };
    }

    /// <summary>Writes the attributes into an open object, less those named.</summary>
    public void WriteFields(Utf8JsonWriter writer, Func<string, bool> include)
    {
        foreach (var field in Fields)
        {
            if (!include(field.Name)) continue;
            writer.WritePropertyName(field.Name);
            field.Value.WriteTo(writer);
        }
    }

    public bool SameAs(NodeRecord other) => Name == other.Name && ToJson().Span.SequenceEqual(other.ToJson().Span);

    /// <summary>The whole row as UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        WriteFields(writer, _ => true);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private string? Text(string field) => Find(field) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
