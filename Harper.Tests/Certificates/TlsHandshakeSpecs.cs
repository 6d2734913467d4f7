using System.Diagnostics;
using System.Text;
using Harper.Tests.Support;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;
using Xunit;

namespace Harper.Tests.Certificates;

/// <summary>
/// What only other implementations of TLS can try: a proof by a wrong key, a digest that is broken, versions before 1.2 from a client that speaks them, renegotiation, and sessions that are
/// resumed after the certificate was taken back (R-SEC-05, R-REV-09, the TLS matrix of hostile peers). Invariant 9.
/// </summary>
public sealed class TlsHandshakeSpecs : IAsyncLifetime
{
    private const string Member = "node-b";
    private const string Ask = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    private static readonly TestAuthority Ours = new();
    private readonly TemporaryFolder _folder = new();
    private ClusterNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        _node = await ClusterNode.StartAsync(new ClusterNodeOptions("127.0.33.21") { Secure = new SecureNode() });
        await _node.CallAsync(new { operation = "add_certificate", name = "theirs", certificate = Ours.Pem, is_authority = true });
        await _node.WriteNodeRecordAsync($$"""{"name":"{{Member}}","url":"wss://127.0.33.22:9933","replicates":true}""");
        await Wait.UntilAsync(() => _node.Members.Length == 1, "the member is known");
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_certificate_should_be_worth_nothing_without_its_key_nor_with_a_broken_digest()
    {
        var good = Ours.Issue(Member);
        var key = Key(good.KeyPem);
        for (var round = 0; round < LongRun.Scale(1, 50); round++)
        {
            var said = await ImpostorClient.TryAsync(_node.Name, good.Certificate.RawData, key);
            Assert.StartsWith("let in ", said, StringComparison.Ordinal);
            Assert.DoesNotContain("certificate", said, StringComparison.Ordinal);

            // Another key of the same kind.
            said = await ImpostorClient.TryAsync(_node.Name, good.Certificate.RawData, Key(Ours.Issue(Member).KeyPem));
            Assert.DoesNotContain("let in", said, StringComparison.Ordinal);

            said = await ImpostorClient.TryAsync(_node.Name, Signed("SHA1WITHECDSA", key, good), key);
            Assert.True(!said.StartsWith("let in", StringComparison.Ordinal) || said.Contains("SHA-1", StringComparison.Ordinal), said);
            said = await ImpostorClient.TryAsync(_node.Name, Signed("SHA256WITHECDSA", key, good), key);
            Assert.DoesNotContain("certificate", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Versions_before_1_2_should_be_refused_to_a_client_that_speaks_them()
    {
        foreach (var version in (string[])["-tls1", "-tls1_1"])
        {
            var said = await OpensslAsync("", version, "-cipher", "ALL:@SECLEVEL=0");
            Assert.Contains("alert protocol version", said, StringComparison.Ordinal);
        }
        Assert.Contains("Protocol  : TLSv1.2", await OpensslAsync("", "-tls1_2", "-cipher", "ALL:@SECLEVEL=0"), StringComparison.Ordinal);
    }

    /// <summary>R-CFG-27: the suites of the certificate that is shown and no others, in the versions of TLS that they are for.</summary>
    [Theory]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384", "-tls1_2", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384")]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384", "-tls1_2", "ECDHE-ECDSA-AES128-GCM-SHA256", "(NONE)")]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384", "-tls1_3", null, "(NONE)")]
    [InlineData("TLS_CHACHA20_POLY1305_SHA256", "-tls1_3", null, "TLS_CHACHA20_POLY1305_SHA256")]
    [InlineData("TLS_CHACHA20_POLY1305_SHA256", "-tls1_2", null, "(NONE)")]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384:TLS_AES_128_GCM_SHA256", "-tls1_3", null, "TLS_AES_128_GCM_SHA256")]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384:TLS_AES_128_GCM_SHA256", "-tls1_2", null, "ECDHE-ECDSA-AES256-GCM-SHA384")]
    [InlineData(null, "-tls1_2", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256")]
    public async Task Only_the_suites_that_the_operator_named_should_be_negotiated(string? named, string version, string? offered, string expected)
    {
        var own = Ours.Issue(_node.Name);
        await _node.CallAsync(new { operation = "add_certificate", name = "own", certificate = own.Pem, private_key = own.KeyPem, is_authority = false, ciphers = named });
        var said = await OpensslAsync("", [version, .. offered is null ? Array.Empty<string>() : ["-cipher", offered]]);
        Assert.Contains($"Cipher is {expected}", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_should_be_negotiated_again_on_an_open_connection()
    {
        var said = await OpensslAsync("R\n", "-tls1_2", "-legacy_renegotiation");
        var after = said[said.IndexOf("RENEGOTIATING", StringComparison.Ordinal)..];
        Assert.Contains("error:", after, StringComparison.Ordinal);
        // No second certificate was looked at.
        Assert.DoesNotContain("verify", after, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_session_of_a_certificate_that_was_taken_back_should_not_be_resumed(string version)
    {
        var shown = Ours.Issue(Member);
        var (certificate, key, session) = (_folder.Below("shown.pem"), _folder.Below("shown.key"), _folder.Below("session.pem"));
        await File.WriteAllTextAsync(certificate, shown.Pem, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(key, shown.KeyPem, TestContext.Current.CancellationToken);
        // In 1.3 what a session is resumed with comes after the handshake: as long as the other end has something to say it is waited for.
        var first = await OpensslAsync(Ask, version, "-ign_eof", "-cert", certificate, "-key", key, "-sess_out", session);
        Assert.Contains("New, ", first, StringComparison.Ordinal);
        Assert.Contains("426 Upgrade Required", first, StringComparison.Ordinal);

        await _node.CallAsync(new { operation = "update_node", hostname = Member, revoked_certificates = new[] { shown.Serial } });
        // In 1.3 there is nothing to come back with; in 1.2 what there is counts for nothing.
        if (!File.Exists(session)) return;
        var again = await OpensslAsync(Ask, version, "-ign_eof", "-cert", certificate, "-key", key, "-sess_in", session);
        Assert.Contains("New, ", again, StringComparison.Ordinal);
        Assert.DoesNotContain("Reused, ", again, StringComparison.Ordinal);
    }

    private static AsymmetricKeyParameter Key(string pem) => (AsymmetricKeyParameter)new PemReader(new StringReader(pem)).ReadObject();

    /// <summary>The same certificate again, signed by the authority over another digest.</summary>
    private static byte[] Signed(string algorithm, AsymmetricKeyParameter key, IssuedCertificate like)
    {
        var old = new X509CertificateParser().ReadCertificate(like.Certificate.RawData);
        var generator = new X509V3CertificateGenerator();
        generator.SetIssuerDN(old.IssuerDN);
        generator.SetSubjectDN(old.SubjectDN);
        generator.SetSerialNumber(old.SerialNumber.Add(Org.BouncyCastle.Math.BigInteger.One));
        generator.SetNotBefore(old.NotBefore);
        generator.SetNotAfter(old.NotAfter);
        generator.SetPublicKey(old.GetPublicKey());
        foreach (string id in old.GetNonCriticalExtensionOids())
            generator.AddExtension(id, false, Org.BouncyCastle.Asn1.Asn1Object.FromByteArray(old.GetExtensionValue(new(id)).GetOctets()));
        return generator.Generate(new Asn1SignatureFactory(algorithm, Key(Ours.KeyPem), new SecureRandom())).GetEncoded();
    }

    /// <summary>What <c>openssl s_client</c> says, given some lines and the end of them.</summary>
    private async Task<string> OpensslAsync(string lines, params string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", ["s_client", "-connect", $"{_node.Name}:9933", .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var client = Process.Start(start)!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Wait.Deadline);
        var said = new StringBuilder();
        var errors = client.StandardError.ReadToEndAsync(patience.Token);
        if (lines.Length > 0)
        {
            // Commands count once the connection is there.
            while (await client.StandardOutput.ReadLineAsync(patience.Token) is { } line && said.AppendLine(line) is not null && line != "---" | !said.ToString().Contains("Verify return code", StringComparison.Ordinal)) continue;
            await client.StandardInput.WriteAsync(lines.AsMemory(), patience.Token);
            await client.StandardInput.FlushAsync(patience.Token);
        }
        else
        {
            client.StandardInput.Close();
        }
        said.Append(await client.StandardOutput.ReadToEndAsync(patience.Token)).Append(await errors);
        return said.ToString();
    }
}
