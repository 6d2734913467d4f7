using System.Collections.Immutable;
using Harper.Actors.Certificates;

namespace Harper.Host.Configuration;

/// <summary>Reads <c>tls</c> and <c>operationsApi.tls</c>: one object, or a list of them for several server names (R-CFG-26..29).</summary>
internal static class TlsSection
{
    private static readonly string[] Known =
        ["certificate", "certificateAuthority", "privateKey", "host", "hosts", "hostname", "hostnames", "ciphers", "uses"];

    public static ImmutableArray<ConfiguredCertificate> Read(ConfigValues values, Func<string, string> rooted, List<string> errors) =>
    [
        .. Read(values, "tls", null, rooted, errors),
        // What is given for the operations API alone shall not be shown to anybody else.
        .. Read(values, "operationsApi.tls", "operations", rooted, errors),
    ];

    /// <summary>The name in the first certificate that is meant for other nodes (R-CFG-04); null when there is none.</summary>
    public static string? CommonNameOf(ImmutableArray<ConfiguredCertificate> certificates) =>
        certificates.FirstOrDefault(entry => entry.Certificate is not null && (entry.Uses is not { } uses || uses.Contains("replication")))?.CommonName;

    private static IEnumerable<ConfiguredCertificate> Read(ConfigValues values, string key, string? use, Func<string, string> rooted, List<string> errors)
    {
        var node = values.Given<ConfigNode>(key);
        IReadOnlyList<ConfigNode> entries = node switch { null => [], ConfigNode.List list => list.Items, _ => [node] };
        for (var i = 0; i < entries.Count; i++)
        {
            var name = node is ConfigNode.List ? $"{key}[{i}]" : key;
            if (entries[i].IsNullScalar) continue;
            if (entries[i] is not ConfigNode.Map map)
            {
                errors.Add($"{name} is '{Shown(entries[i])}'; allowed is an object with certificate, certificateAuthority and privateKey, or a list of them");
                continue;
            }
            if (Read(map, name, use, rooted, errors) is { } entry) yield return entry;
        }
    }

    private static ConfiguredCertificate? Read(ConfigNode.Map map, string name, string? use, Func<string, string> rooted, List<string> errors)
    {
        foreach (var (field, _) in map.Entries)
            if (!Known.Contains(field)) errors.Add($"{name}.{field} is not known; allowed are {string.Join(", ", Known)}");
        var entry = new ConfiguredCertificate(name, Source("certificate"), Source("certificateAuthority"), Source("privateKey"))
        {
            Hosts = Texts("host") ?? Texts("hosts") ?? Texts("hostname") ?? Texts("hostnames"),
            Uses = use is null ? Texts("uses") : [use],
            Ciphers = (map.Find("ciphers") as ConfigNode.Scalar) is { IsNull: false } ciphers ? ciphers.Text : null,
        };
        if (entry.Ciphers is { } suites && CipherNames.Parse(suites, out var problem) is var _ && problem is not null) errors.Add($"{name}.ciphers: {problem}");
        if (entry.Certificate is null && entry.Authority is null) return null;
        try
        {
            entry.Check();
            return entry;
        }
        catch (InvalidOperationException failure)
        {
            errors.Add(failure.Message);
            return null;
        }

        string? Source(string field) => map.Find(field) is ConfigNode.Scalar { IsNull: false, Text.Length: > 0 } scalar
            ? ConfiguredCertificate.IsPem(scalar.Text.TrimStart()) ? scalar.Text.Trim() + "\n" : rooted(scalar.Text)
            : null;

        ImmutableArray<string>? Texts(string field) => map.Find(field) switch
        {
            ConfigNode.Scalar { IsNull: false } one => [one.Text],
            ConfigNode.List list => [.. list.Items.OfType<ConfigNode.Scalar>().Select(item => item.Text)],
            _ => null,
        };
    }

    private static string Shown(ConfigNode node) => node.Display() is { Length: > 40 } text ? text[..40] + "..." : node.Display();
}
