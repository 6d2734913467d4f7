using System.Collections.Immutable;
using System.Text.Json;

namespace Harper.Core.Certificates;

/// <summary>A row of <c>system.hdb_certificate</c> (R-INS-04). Holds the certificate and the name of its key file, never a key.</summary>
public sealed record CertificateRow(string Name, string Pem)
{
    public const string Table = "hdb_certificate";
    public const string ReplicationUse = "replication";

    /// <summary>File below <c>keys/</c>; null: another has the key.</summary>
    public string? PrivateKeyName { get; init; }

    public bool IsAuthority { get; init; }

    /// <summary>Made by this node for itself; null on those that came from elsewhere.</summary>
    public bool? IsSelfSigned { get; init; }

    /// <summary>Null: not said. <c>https</c>, <c>wss</c>, <c>operations</c>, <c>replication</c>.</summary>
    public ImmutableArray<string>? Uses { get; init; }

    public ImmutableArray<string>? Hosts { get; init; }

    public string? Ciphers { get; init; }

    /// <summary>Milliseconds since 1970 when the file it was loaded from was written; null when it was not loaded from a file.</summary>
    public double? FileTime { get; init; }

    public double UpdatedTime { get; init; }

    public bool HasUse(string use) => Uses is { } uses && uses.Contains(use);

    /// <summary>Nothing but the times would change by writing one over the other.</summary>
    public bool SaysTheSameAs(CertificateRow other) =>
        Pem == other.Pem && PrivateKeyName == other.PrivateKeyName && IsAuthority == other.IsAuthority && IsSelfSigned == other.IsSelfSigned && Ciphers == other.Ciphers
        && FileTime == other.FileTime && (Uses ?? []).SequenceEqual(other.Uses ?? []) && (Hosts ?? []).SequenceEqual(other.Hosts ?? []);

    /// <summary>Reads a row; null when it has no name or no certificate. Attributes of a wrong type count as missing.</summary>
    public static CertificateRow? FromJson(JsonElement row)
    {
        if (Text(row, "name") is not { } name || Text(row, "certificate") is not { } pem) return null;
        return new CertificateRow(name, pem)
        {
            PrivateKeyName = Text(row, "private_key_name"),
            IsAuthority = Flag(row, "is_authority") is true,
            IsSelfSigned = Flag(row, "is_self_signed"),
            Uses = Texts(row, "uses"),
            Hosts = Texts(row, "hosts") ?? Texts(row, "hostnames"),
            Ciphers = Text(row, "ciphers"),
            FileTime = Number(row, "fileTimestamp"),
            UpdatedTime = Number(row, "__updatedtime__") ?? 0,
        };
    }

    /// <summary>The row as a record holds it, with the details that the certificate itself says.</summary>
    public void WriteTo(Utf8JsonWriter writer, CertificateFacts? facts)
    {
        writer.WriteStartObject();
        writer.WriteString("name", Name);
        writer.WriteString("certificate", Pem);
        if (PrivateKeyName is { } key) writer.WriteString("private_key_name", key);
        writer.WriteBoolean("is_authority", IsAuthority);
        if (facts is not null) WriteDetails(writer, facts);
        if (IsSelfSigned is { } selfSigned) writer.WriteBoolean("is_self_signed", selfSigned);
        Write(writer, "uses", Uses);
        Write(writer, "hosts", Hosts);
        if (Ciphers is { } ciphers) writer.WriteString("ciphers", ciphers);
        if (FileTime is { } time) writer.WriteNumber("fileTimestamp", time);
        writer.WriteNumber("__updatedtime__", UpdatedTime);
        writer.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter writer, CertificateFacts facts)
    {
        writer.WriteStartObject("details");
        writer.WriteString("issuer", facts.Issuer);
        writer.WriteString("subject", facts.Subject);
        if (facts.SubjectAltName is { } names) writer.WriteString("subject_alt_name", names);
        writer.WriteString("serial_number", facts.Serial);
        writer.WriteString("valid_from", CertificateText.Date(facts.ValidFrom));
        writer.WriteString("valid_to", CertificateText.Date(facts.ValidTo));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, ImmutableArray<string>? values)
    {
        if (values is not { } list) return;
        writer.WriteStartArray(name);
        foreach (var value in list) writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static string? Text(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool? Flag(JsonElement row, string name) => !row.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static double? Number(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static ImmutableArray<string>? Texts(JsonElement row, string name)
    {
        if (!row.TryGetProperty(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.String) return [value.GetString()!];
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : null;
    }
}
