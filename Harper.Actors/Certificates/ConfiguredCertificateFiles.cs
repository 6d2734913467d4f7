using System.Collections.Immutable;
using Harper.Actors.Certificates.X509;
using Harper.Core.Certificates;

namespace Harper.Actors.Certificates;

/// <summary>What a configured entry says now: rows for the table, and the key beside them.</summary>
/// <param name="Stamp">Changes with any of its files.</param>
internal sealed record ConfiguredRows(ImmutableArray<(CertificateRow Row, CertificateFacts Facts)> Rows, string? KeyName, SigningKey? Key, string Stamp);

/// <summary>Reads the files that <c>tls</c> names (R-CFG-26..31).</summary>
internal static class ConfiguredCertificateFiles
{
    /// <summary>Times and sizes of the files, cheap to compare.</summary>
    public static string StampOf(ConfiguredCertificate entry) => string.Join('|', new[] { entry.Certificate, entry.Authority, entry.PrivateKey }.Select(part =>
        part is null || ConfiguredCertificate.IsPem(part) || !File.Exists(part)
            ? "-"
            : $"{File.GetLastWriteTimeUtc(part).Ticks}:{new FileInfo(part).Length}"));

    /// <exception cref="InvalidOperationException">A file is missing, unreadable, or does not fit the others.</exception>
    public static ConfiguredRows Read(ConfiguredCertificate entry)
    {
        var stamp = StampOf(entry);
        var rows = ImmutableArray.CreateBuilder<(CertificateRow, CertificateFacts)>();
        SigningKey? key = null;
        string? keyName = null;
        if (entry.PrivateKey is { } written)
        {
            keyName = ConfiguredCertificate.IsPem(written) ? $"({entry.Key})" : Path.GetFileName(written);
            key = SigningKey.FromPem(Text(entry.Key + ".privateKey", written))
                ?? throw new InvalidOperationException($"{entry.Key}.privateKey is no unencrypted private key in PEM form (RSA or EC)");
        }
        if (entry.Certificate is { } leaf)
        {
            var certificates = All(entry.Key + ".certificate", leaf);
            var facts = CertificateReader.FactsOf(certificates[0]);
            if (key is null) throw new InvalidOperationException($"{entry.Key}.certificate needs {entry.Key}.privateKey beside it");
            if (facts.KeyFingerprint != key.Fingerprint)
                throw new InvalidOperationException($"{entry.Key}.privateKey is not the key of {entry.Key}.certificate");
            var name = facts.MainName ?? throw new InvalidOperationException($"{entry.Key}.certificate names nobody: it has neither a common name nor an alternative name");
            rows.Add((new CertificateRow(name, CertificateReader.WithoutKeys(Text(entry.Key, leaf)))
            {
                PrivateKeyName = keyName, Uses = entry.Uses, Hosts = entry.Hosts, Ciphers = entry.Ciphers, FileTime = TimeOf(leaf), IsSelfSigned = false,
            }, facts));
        }
        if (entry.Authority is { } authority)
        {
            foreach (var certificate in All(entry.Key + ".certificateAuthority", authority))
            {
                var facts = CertificateReader.FactsOf(certificate);
                rows.Add((new CertificateRow(facts.MainName ?? facts.Subject, CertificateReader.ToPem(certificate))
                {
                    IsAuthority = true, FileTime = TimeOf(authority), IsSelfSigned = false, Uses = entry.Uses,
                }, facts));
            }
        }
        return new ConfiguredRows(rows.ToImmutable(), keyName, key, stamp);
    }

    private static ImmutableArray<System.Security.Cryptography.X509Certificates.X509Certificate2> All(string key, string value)
    {
        var all = CertificateReader.ReadAll(Text(key, value));
        return all.IsEmpty ? throw new InvalidOperationException($"{key} holds no certificate in PEM form") : all;
    }

    private static string Text(string key, string value)
    {
        if (ConfiguredCertificate.IsPem(value)) return value;
        try
        {
            return File.ReadAllText(value);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{key} cannot be read: {failure.Message}");
        }
    }

    private static double? TimeOf(string value) =>
        ConfiguredCertificate.IsPem(value) ? null : Math.Floor((File.GetLastWriteTimeUtc(value) - DateTime.UnixEpoch).TotalMilliseconds);
}
