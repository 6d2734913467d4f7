using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Harper.Core.Certificates;

namespace Harper.Actors.Certificates.X509;

/// <summary>Certificates as text and as what decisions need of them.</summary>
internal static class CertificateReader
{
    private static readonly Dictionary<string, string> ShortNames = new()
    {
        ["2.5.4.3"] = "CN", ["2.5.4.4"] = "SN", ["2.5.4.5"] = "serialNumber", ["2.5.4.6"] = "C", ["2.5.4.7"] = "L", ["2.5.4.8"] = "ST", ["2.5.4.9"] = "street",
        ["2.5.4.10"] = "O", ["2.5.4.11"] = "OU", ["2.5.4.12"] = "title", ["2.5.4.42"] = "GN", ["0.9.2342.19200300.100.1.25"] = "DC",
        ["0.9.2342.19200300.100.1.1"] = "UID", ["1.2.840.113549.1.9.1"] = "emailAddress",
    };

    private static readonly HashSet<string> WeakSignatures =
    [
        "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.2", "1.2.840.10045.4.1", "1.2.840.10040.4.3", "1.3.14.3.2.29",
    ];

    /// <summary>Every certificate of a PEM text, in its order; empty when there is none or one is unreadable.</summary>
    public static ImmutableArray<X509Certificate2> ReadAll(string pem)
    {
        var collection = new X509Certificate2Collection();
        try
        {
            collection.ImportFromPem(pem);
            return [.. collection];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    /// <summary>The first certificate of a PEM text.</summary>
    public static X509Certificate2? Read(string pem) => ReadAll(pem) is [var first, ..] ? first : null;

    /// <summary>The certificates of a text and nothing else: people keep the key in the same file, and it must not get into the table.</summary>
    public static string WithoutKeys(string pem) =>
        pem.Contains("PRIVATE KEY", StringComparison.Ordinal) ? string.Concat(ReadAll(pem).Select(ToPem)) : pem;

    public static string ToPem(X509Certificate2 certificate) => certificate.ExportCertificatePem().ReplaceLineEndings("\r\n") + "\r\n";

    /// <exception cref="CryptographicException">Parts of it cannot be read.</exception>
    public static CertificateFacts FactsOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        var (algorithm, bits) = KeyOf(certificate);
        return new CertificateFacts
        {
            CommonName = CommonNameOf(certificate.SubjectName),
            DnsNames = names is null ? [] : [.. names.EnumerateDnsNames()],
            Addresses = names is null ? [] : [.. names.EnumerateIPAddresses()],
            Subject = TextOf(certificate.SubjectName),
            Issuer = TextOf(certificate.IssuerName),
            SubjectAltName = names is null ? null : AlternativeNames(names),
            Serial = SerialOf(certificate),
            ValidFrom = new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
            ValidTo = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()),
            IsAuthority = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority),
            IsSelfIssued = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData),
            KeyAlgorithm = algorithm,
            KeyBits = bits,
            HasWeakSignature = WeakSignatures.Contains(certificate.SignatureAlgorithm.Value ?? ""),
            Usages = usages is null ? null : [.. usages.EnhancedKeyUsages.Cast<Oid>().Select(usage => usage.Value ?? "")],
            Fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256),
            KeyFingerprint = Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo())),
        };
    }

    public static string? CommonNameOf(X500DistinguishedName name)
    {
        foreach (var part in name.EnumerateRelativeDistinguishedNames(reversed: false))
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.3" && ValueOf(part) is { Length: > 0 } common) return common;
        return null;
    }

    /// <summary>The distinguished name on one line, in its own order.</summary>
    public static string TextOf(X500DistinguishedName name)
    {
        var parts = new List<string>();
        foreach (var part in name.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (part.HasMultipleElements)
            {
                parts.Add(CertificateText.Escape(Encoding.UTF8.GetString(part.RawData.Span)));
                continue;
            }
            var type = part.GetSingleElementType().Value ?? "";
            parts.Add($"{ShortNames.GetValueOrDefault(type, type)}={CertificateText.Escape(ValueOf(part) ?? "")}");
        }
        return string.Join(' ', parts);
    }

    private static string? ValueOf(X500RelativeDistinguishedName part)
    {
        try
        {
            return part.GetSingleElementValue();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string SerialOf(X509Certificate2 certificate)
    {
        var serial = certificate.SerialNumber;
        // DER puts a zero in front of a number that would look negative; it is no part of the number.
        return serial.Length > 2 && serial.StartsWith("00", StringComparison.Ordinal) ? serial[2..] : serial;
    }

    private static string AlternativeNames(X509SubjectAlternativeNameExtension names)
    {
        var shown = new List<string>();
        var reader = new AsnReader(names.RawData, AsnEncodingRules.DER).ReadSequence();
        while (reader.HasData)
        {
            var tag = reader.PeekTag();
            switch (tag.TagValue)
            {
                case 1:
                    shown.Add("email:" + reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    break;
                case 2:
                    shown.Add("DNS:" + reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    break;
                case 6:
                    shown.Add("URI:" + reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    break;
                case 7 when reader.ReadOctetString(tag) is { Length: 4 or 16 } bytes:
                    shown.Add("IP Address:" + CertificateText.Address(new System.Net.IPAddress(bytes)));
                    break;
                case 7:
                    shown.Add("IP Address:<invalid>");
                    break;
                default:
                    reader.ReadEncodedValue();
                    shown.Add("othername:<unsupported>");
                    break;
            }
        }
        return string.Join(", ", shown);
    }

    private static (string Algorithm, int Bits) KeyOf(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null) return ("RSA", rsa.KeySize);
        using var ecdsa = certificate.GetECDsaPublicKey();
        return ecdsa is not null ? ("EC", ecdsa.KeySize) : (certificate.PublicKey.Oid.Value ?? "unknown", 0);
    }
}
