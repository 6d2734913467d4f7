using System.Collections.Immutable;
using System.Text.Json;
using Harper.Actors.Operations;
using Harper.Core.Certificates;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Actors.Certificates;

/// <summary>The operations that concern certificates (operations API 7): one row each.</summary>
/// <param name="sendsSecurely">Other nodes are reached over TLS.</param>
internal sealed class CertificateOperations(CertificateClient client, bool sendsSecurely, Func<DateTimeOffset> now) : IOperationFamily
{
    /// <summary>A key may have to be made.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public IEnumerable<OperationEntry> Entries =>
    [
        new("add_certificate", OperationAccess.SuperUser, AddAsync) { Forwardable = true, Deadline = Deadline },
        new("remove_certificate", OperationAccess.SuperUser, RemoveAsync) { Forwardable = true, Deadline = Deadline },
        new("list_certificates", OperationAccess.SuperUser, ListAsync),
        new("create_csr", OperationAccess.SuperUser, CreateCsrAsync) { Deadline = Deadline },
        new("sign_certificate", OperationAccess.Node, SignAsync) { Deadline = Deadline },
        new("get_key", OperationAccess.SuperUser, (_, _) => throw new OperationError(403, "Private keys never leave the node that has them")),
        new("renew_certificates", OperationAccess.SuperUser, RenewAsync) { Deadline = Deadline },
        new("list_authorities", OperationAccess.SuperUser, ListAuthoritiesAsync),
    ];

    private async ValueTask<OperationAnswer> AddAsync(OperationCall call, CancellationToken cancellation)
    {
        var body = call.Body;
        if (TextOf(body, "certificate") is not { } certificate) throw OperationError.Bad("'certificate' is required");
        if (!body.TryGetProperty("is_authority", out var authority)) throw OperationError.Bad("'is_authority' is required");
        if (authority.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) throw OperationError.Bad("'is_authority' must be a boolean");
        if (call.Fields.Flag("replicated") && TextOf(body, "private_key") is not null && !sendsSecurely)
            throw OperationError.Bad("'private_key' cannot be sent to other nodes: their connections with this one are not encrypted; add the certificate on each of them");
        var ciphers = TextOf(body, "ciphers");
        if (ciphers is not null && CipherNames.Parse(ciphers, out var problem) is var _ && problem is not null) throw OperationError.Bad($"'ciphers' is not usable: {problem}");
        var added = await client.AskAsync<CertificateProtocol.Added>(
            new CertificateProtocol.Add(
                TextOf(body, "name"), certificate, TextOf(body, "private_key"), authority.GetBoolean(), TextsOf(body, "hosts") ?? TextsOf(body, "hostnames"),
                TextsOf(body, "uses"), ciphers), cancellation).ConfigureAwait(false);
        return OperationAnswer.Message($"Successfully added certificate: {added.Names[0]}");
    }

    private async ValueTask<OperationAnswer> RemoveAsync(OperationCall call, CancellationToken cancellation)
    {
        var name = TextOf(call.Body, "name") ?? throw OperationError.Bad("'name' is required");
        await client.AskAsync<CertificateProtocol.Done>(new CertificateProtocol.Remove(name), cancellation).ConfigureAwait(false);
        return OperationAnswer.Message($"Successfully removed {name}");
    }

    private async ValueTask<OperationAnswer> ListAsync(OperationCall call, CancellationToken cancellation)
    {
        var snapshot = await SnapshotAsync(cancellation).ConfigureAwait(false);
        return new OperationAnswer(200, writer =>
        {
            writer.WriteStartArray();
            foreach (var stored in snapshot.All) stored.Row.WriteTo(writer, stored.Facts);
            writer.WriteEndArray();
        });
    }

    private async ValueTask<OperationAnswer> CreateCsrAsync(OperationCall call, CancellationToken cancellation)
    {
        var request = await client.AskAsync<CertificateProtocol.Request>(CertificateProtocol.CreateRequest.Instance, cancellation).ConfigureAwait(false);
        return new OperationAnswer(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("pem", request.Pem);
            writer.WriteString("privateKeyName", request.PrivateKeyName);
            writer.WriteEndObject();
        });
    }

    /// <summary>For a super_user under the name in the request; for a node under its own, whatever the request says.</summary>
    private async ValueTask<OperationAnswer> SignAsync(OperationCall call, CancellationToken cancellation)
    {
        if (TextOf(call.Body, "csr") is not { } csr) return new OperationAnswer(200, writer => { writer.WriteStartObject(); writer.WriteEndObject(); });
        var node = call.Caller.Node is { } name ? new NodeName(name) : (NodeName?)null;
        var signed = await client.AskAsync<CertificateProtocol.Signed>(
            new CertificateProtocol.Sign(csr, node, TextOf(call.Body, "url")), cancellation).ConfigureAwait(false);
        return new OperationAnswer(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("signingCA", signed.SigningAuthority);
            writer.WriteString("certificate", signed.Certificate);
            writer.WriteEndObject();
        });
    }

    private async ValueTask<OperationAnswer> RenewAsync(OperationCall call, CancellationToken cancellation)
    {
        var renewed = await client.AskAsync<CertificateProtocol.Added>(CertificateProtocol.Renew.Instance, cancellation).ConfigureAwait(false);
        return new OperationAnswer(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("message", "Successfully renewed certificates: " + string.Join(", ", renewed.Names));
            writer.WriteEndObject();
        });
    }

    private async ValueTask<OperationAnswer> ListAuthoritiesAsync(OperationCall call, CancellationToken cancellation)
    {
        var snapshot = await SnapshotAsync(cancellation).ConfigureAwait(false);
        var shown = snapshot.Shown(CertificateRow.ReplicationUse, null, now());
        return new OperationAnswer(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("shown", shown?.Row.Name);
            writer.WriteBoolean("public_authorities", snapshot.PublicRoots is not null);
            writer.WriteStartArray("authorities");
            foreach (var authority in snapshot.Authorities)
            {
                writer.WriteStartObject();
                writer.WriteString("name", authority.Name);
                writer.WriteString("subject", authority.Facts.Subject);
                writer.WriteString("serial_number", authority.Facts.Serial);
                writer.WriteString("valid_to", CertificateText.Date(authority.Facts.ValidTo));
                writer.WriteString("source", authority.Source);
                writer.WriteBoolean("signs", authority.CanSign);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private async ValueTask<CertificateSnapshot> SnapshotAsync(CancellationToken cancellation) =>
        await client.View.WaitAsync(TimeSpan.FromSeconds(30), cancellation).ConfigureAwait(false)
        ?? throw new OperationError(503, "The certificates have not been read yet; try again in a moment") { RetryAfterSeconds = 1 };

    private static string? TextOf(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw OperationError.Bad($"'{name}' must be a string");
    }

    private static ImmutableArray<string>? TextsOf(JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.String) return [value.GetString()!];
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            throw OperationError.Bad($"'{name}' must be an array of strings");
        return [.. value.EnumerateArray().Select(item => item.GetString()!)];
    }
}
