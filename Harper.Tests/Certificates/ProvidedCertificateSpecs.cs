using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Harper.Actors.Certificates;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Certificates;

/// <summary>Certificates that the operator brings: R-CFG-25 to 28, 30, 31, R-CRT-02, 03, R-VER-03, 14, R-SEC-01, 02, 05, 07, 08, 13, 14.</summary>
public sealed class ProvidedCertificateSpecs : IAsyncDisposable
{
    private static readonly TestAuthority Authority = new("Private Authority");
    private readonly TemporaryFolder _folder = new();
    private readonly List<ClusterNode> _nodes = [];

    [Fact]
    public async Task Nodes_with_certificates_of_one_private_authority_should_form_a_cluster_by_routes_alone()
    {
        var a = await StartAsync("127.0.35.1", "127.0.35.2", Files("a", Authority.Issue("127.0.35.1"), Authority.Pem));
        var b = await StartAsync("127.0.35.2", "127.0.35.1", Inline(Authority.Issue("127.0.35.2", new Issuing { RsaBits = 2048 }), Authority.Pem));
        await Wait.UntilAsync(() => a.Connected.Contains(b.Name) && b.Connected.Contains(a.Name), "both are connected");
        await a.InsertAsync("dog", 1, "Penny");
        await Wait.UntilAsync(() => b.Has("dog", 1), "rows cross");
        // No self-made certificate was needed, so there is none.
        Assert.Equal(["127.0.35.1", "Private Authority"], await NamesAsync(a));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_publicly_signed_peer_should_be_believed_only_when_public_authorities_are(bool enabled)
    {
        var roots = _folder.Below("roots.pem");
        File.WriteAllText(roots, Authority.Pem);
        var name = enabled ? "127.0.35.3" : "127.0.35.4";
        var peer = enabled ? "127.0.35.5" : "127.0.35.6";
        // The peer itself knows its authority; the node under test knows it as a public one, or not at all.
        var (ofNode, ofOther) = (new SeenCheck(), new SeenCheck());
        var node = await StartAsync(name, peer, [Inline(Authority.Issue(name), null)], roots, enabled, ofNode);
        var other = await StartAsync(peer, name, [Inline(Authority.Issue(peer), Authority.Pem)], "", false, ofOther);
        if (enabled)
        {
            await Wait.UntilAsync(() => node.Connected.Contains(peer) && other.Connected.Contains(name), "both are connected");
            // By this it is decided whom to ask about when nobody set anything (R-VER-14): public authorities about their own, private ones not.
            Assert.Equal([true], ofNode.AtPublicRoot.Distinct());
            Assert.Equal([false], ofOther.AtPublicRoot.Distinct());
            return;
        }
        await Wait.UntilAsync(() => node.Board.Find(new(peer))?.Databases.Values.Any(database => database.LastError?.Reason == "unable to get local issuer certificate") == true, "the refusal is shown");
        Assert.Empty(node.Connected);
        Assert.Empty(other.Connected);
    }

    [Fact]
    public async Task A_peer_whose_certificate_is_for_another_host_should_not_be_believed()
    {
        var a = await StartAsync("127.0.35.7", "127.0.35.8", Inline(Authority.Issue("127.0.35.7"), Authority.Pem));
        await StartAsync("127.0.35.8", "127.0.35.7", Inline(Authority.Issue("127.0.35.99"), Authority.Pem));
        await Wait.UntilAsync(() => a.Board.Find(new("127.0.35.8"))?.Databases.Values.Any(database => database.LastError?.Reason.Contains("does not match", StringComparison.Ordinal) == true) == true, "the refusal is shown");
    }

    [Fact]
    public async Task A_node_should_say_at_its_start_that_its_certificate_names_it_badly_or_not_at_all()
    {
        await Task.WhenAll(
            SaysAsync("127.0.35.11", "127.0.35.11", "names this node (127.0.35.11) only as an alternative name; that works, the common name is web"),
            SaysAsync("127.0.35.12", "127.0.35.99", "does not name this node: neither its common name nor an alternative name is 127.0.35.12; other nodes will refuse it"));

        static async Task SaysAsync(string name, string named, string expected)
        {
            var issued = Authority.Issue("web", new Issuing { Names = [named] });
            var tls = JsonSerializer.Serialize(new { tls = new { certificate = issued.Pem, privateKey = issued.KeyPem, certificateAuthority = Authority.Pem } });
            await using var node = new HostProcess(name, ("REPLICATION_PORT", ""), ("HARPER_CONFIG", tls));
            Directory.CreateDirectory(Path.Combine(node.Root, "keys"));
            await File.WriteAllTextAsync(Path.Combine(node.Root, "keys", "privateKey.pem"), SecureNode.NewKey(), TestContext.Current.CancellationToken);
            node.Start();
            await Wait.UntilAsync(() => node.Output.Contains("[warn]", StringComparison.Ordinal) && node.Output.Contains("certificate web " + expected, StringComparison.Ordinal), "it says so");
        }
    }

    [Fact]
    public async Task A_file_that_changes_should_be_shown_within_seconds_and_an_older_one_not()
    {
        var entry = Files("reload", Authority.Issue("127.0.35.9"), Authority.Pem);
        var beside = Files("beside", Authority.Issue("beside"), Authority.Pem) with { Key = "tls[1]" };
        var node = await StartAsync("127.0.35.9", null, entry, beside);
        var second = Authority.Issue("127.0.35.9");
        Write("reload", second, Authority.Pem);
        await Wait.UntilAsync(async () => (await ShownAsync(node, null)).SerialNumber == second.Serial, "the new certificate is shown");

        // Uploaded later than the file was written: a touch of the file with an older date does not take it back.
        var uploaded = Authority.Issue("127.0.35.9");
        await node.CallAsync(new { operation = "add_certificate", certificate = uploaded.Pem, is_authority = false, private_key = uploaded.KeyPem });
        Write("old", Authority.Issue("127.0.35.9"), Authority.Pem);
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "old*"))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
            File.Move(file, file.Replace("old", "reload", StringComparison.Ordinal), overwrite: true);
        }
        // Files are looked at in their order: when the second entry is new, the first was looked at as well.
        var after = Authority.Issue("beside");
        Write("beside", after, Authority.Pem);
        await Wait.UntilAsync(async () => (await ShownAsync(node, "beside")).SerialNumber == after.Serial, "the files were looked at");
        Assert.Equal(uploaded.Serial, (await ShownAsync(node, "127.0.35.9")).SerialNumber);
    }

    [Fact]
    public async Task Of_several_certificates_the_one_for_the_server_name_should_be_shown()
    {
        var one = Authority.Issue("one.example.com");
        var two = Authority.Issue("two", new Issuing { Names = ["*.example.org"] });
        var named = Authority.Issue("three");
        var node = await StartAsync(
            "127.0.35.10", null, Inline(one, Authority.Pem), Inline(two, null) with { Key = "tls[1]" }, Inline(named, null) with { Key = "tls[2]", Hosts = ["special"], Uses = ["replication"] });
        Assert.Equal(one.Serial, (await ShownAsync(node, "one.example.com")).SerialNumber);
        Assert.Equal(two.Serial, (await ShownAsync(node, "www.example.org")).SerialNumber);
        Assert.Equal(named.Serial, (await ShownAsync(node, "special")).SerialNumber);
        Assert.Equal(named.Serial, (await ShownAsync(node, "unknown.example.net")).SerialNumber);
    }

    private sealed class SeenCheck : ICertificateRevocationCheck
    {
        public ConcurrentQueue<bool> AtPublicRoot { get; } = new();

        public ValueTask<string?> CheckAsync(ShownCertificate shown, CancellationToken cancellation)
        {
            AtPublicRoot.Enqueue(shown.Claim.EndsAtPublicRoot);
            return new((string?)null);
        }
    }

    private static ConfiguredCertificate Inline(IssuedCertificate issued, string? authority) => new("tls", issued.Pem, authority, issued.KeyPem);

    private ConfiguredCertificate Files(string name, IssuedCertificate issued, string authority)
    {
        Write(name, issued, authority);
        return new ConfiguredCertificate("tls", _folder.Below(name + ".pem"), _folder.Below(name + "-ca.pem"), _folder.Below(name + "-key.pem"));
    }

    // The key first: a certificate is only taken with the key that fits it.
    private void Write(string name, IssuedCertificate issued, string authority)
    {
        File.WriteAllText(_folder.Below(name + "-key.pem"), issued.KeyPem);
        File.WriteAllText(_folder.Below(name + ".pem"), issued.Pem);
        File.WriteAllText(_folder.Below(name + "-ca.pem"), authority);
    }

    private Task<ClusterNode> StartAsync(string name, string? route, params ConfiguredCertificate[] configured) => StartAsync(name, route, configured, "", false);

    private Task<ClusterNode> StartAsync(string name, string? route, ConfiguredCertificate configured, string roots, bool enabled) => StartAsync(name, route, [configured], roots, enabled);

    private async Task<ClusterNode> StartAsync(string name, string? route, ConfiguredCertificate[] configured, string roots, bool enabled, ICertificateRevocationCheck? check = null)
    {
        var options = new ClusterNodeOptions(name)
        {
            Secure = new SecureNode(withKey: false) { Configured = [.. configured], EnableRootCas = enabled, PublicRoots = roots, Revocation = check },
        };
        var node = await ClusterNode.StartAsync(route is null ? options : options.With(route));
        _nodes.Add(node);
        return node;
    }

    private static async Task<string[]> NamesAsync(ClusterNode node) =>
        [.. (await node.CallAsync(new { operation = "list_certificates" })).EnumerateArray().Select(row => row.GetProperty("name").GetString()!)];

    private static async Task<X509Certificate2> ShownAsync(ClusterNode node, string? serverName)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(node.Name, 9933);
        X509Certificate2? shown = null;
        await using var ssl = new SslStream(client.GetStream());
        await ssl.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = serverName ?? "",
#pragma warning disable CA5359 // Only what is shown is of interest.
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                shown = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData());
                return true;
            },
#pragma warning restore CA5359
        });
        return shown!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        _folder.Dispose();
    }
}
