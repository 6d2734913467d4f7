using System.Collections.Immutable;
using Harper.Core.Certificates;

namespace Harper.Core.Membership;

/// <summary>The authority of a node's certificate, as its record names it: whoever reads the record trusts it.</summary>
/// <param name="Pem">The authority's certificate.</param>
public sealed record NodeAuthority(string Pem, CertificateFacts Facts)
{
    /// <summary><c>ca</c> and, for people, <c>ca_info</c> (operations API 8.1).</summary>
    public ImmutableArray<NodeField> Fields =>
    [
        NodeField.Text("ca", Pem),
        NodeField.Of("ca_info", writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("issuer", Facts.Issuer);
            writer.WriteString("subject", Facts.Subject);
            if (Facts.SubjectAltName is { } names) writer.WriteString("subjectAltName", names);
            writer.WriteString("serialNumber", Facts.Serial);
            writer.WriteString("validFrom", CertificateText.Date(Facts.ValidFrom));
            writer.WriteString("validTo", CertificateText.Date(Facts.ValidTo));
            writer.WriteEndObject();
        }),
    ];

    /// <summary>Nodes end the lines of a PEM text differently.</summary>
    public bool IsSameAs(string? pem) => pem is not null && pem.ReplaceLineEndings("\n").Trim() == Pem.ReplaceLineEndings("\n").Trim();
}
