using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Certificates;

/// <summary>Proves R-CRT-01, 04 to 07, R-XGN-12, R-SEC-12, 14, R-INS-03..05, D50: certificates by operations.</summary>
public sealed class CertificateOperationSpecs : IAsyncLifetime
{
    private static readonly TestAuthority Authority = new("Private Authority");
    private readonly SecureNode _keys = new();
    private ClusterNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await ClusterNode.StartAsync(new ClusterNodeOptions("127.0.34.1") { Secure = _keys });

    [Fact]
    public async Task A_certificate_should_be_added_listed_and_removed_with_its_key_in_no_answer()
    {
        var issued = Authority.Issue("my-cert");
        Assert.Equal("Successfully added certificate: my-cert", await AddAsync(new { certificate = issued.Pem, is_authority = false, private_key = issued.KeyPem, uses = new[] { "https" } }));
        Assert.Equal("Successfully added certificate: my-ca", await AddAsync(new { name = "my-ca", certificate = Authority.Pem, is_authority = true }));
        var rows = await ListAsync();
        var row = rows["my-cert"];
        Assert.Equal(issued.Pem, row.GetProperty("certificate").GetString());
        Assert.Equal("my-cert.pem", row.GetProperty("private_key_name").GetString());
        Assert.Equal("""["https"]""", row.GetProperty("uses").GetRawText());
        Assert.Equal(("CN=my-cert", "CN=Private Authority", "DNS:my-cert"), (Detail(row, "subject"), Detail(row, "issuer"), Detail(row, "subject_alt_name")));
        Assert.Equal(issued.Serial, Detail(row, "serial_number"));
        Assert.True(rows["my-ca"].GetProperty("is_authority").GetBoolean());
        Assert.False(rows["my-ca"].TryGetProperty("private_key_name", out _));
        Assert.Contains("my-cert.pem", _keys.List());
        Assert.DoesNotContain("PRIVATE KEY", (await _node.CallAsync(new { operation = "list_certificates" })).GetRawText(), StringComparison.Ordinal);

        Assert.Equal("Successfully removed my-cert", await MessageAsync(new { operation = "remove_certificate", name = "my-cert" }));
        Assert.DoesNotContain("my-cert.pem", _keys.List());
        Assert.Equal((400, "my-cert not found"), await ErrorAsync(new { operation = "remove_certificate", name = "my-cert" }));
    }

    /// <summary>R-INS-03, 04: as the list shows it and as the table holds it.</summary>
    [Fact]
    public async Task What_the_operator_says_of_a_certificate_and_how_long_it_holds_should_stand_in_its_row()
    {
        var issued = Authority.Issue("said");
        await AddAsync(new
        {
            certificate = issued.Pem, is_authority = false, private_key = issued.KeyPem, uses = new[] { "https", "operations" }, hostnames = new[] { "one.test", "two.test" },
            ciphers = "ECDHE-RSA-AES256-GCM-SHA384",
        });
        var held = (await _node.CallAsync("""{"operation":"search_by_id","database":"system","table":"hdb_certificate","ids":["said"],"get_attributes":["*"]}"""))[0];
        foreach (var row in (JsonElement[])[(await ListAsync())["said"], held])
        {
            Assert.Equal("""["https","operations"]""", row.GetProperty("uses").GetRawText());
            Assert.Equal("""["one.test","two.test"]""", row.GetProperty("hosts").GetRawText());
            Assert.Equal("ECDHE-RSA-AES256-GCM-SHA384", row.GetProperty("ciphers").GetString());
            Assert.Equal(("said", issued.Pem), (row.GetProperty("name").GetString(), row.GetProperty("certificate").GetString()));
            Assert.Equal("said.pem", row.GetProperty("private_key_name").GetString());
            Assert.False(row.GetProperty("is_authority").GetBoolean());
            Assert.Equal((issued.Certificate.NotBefore.ToUniversalTime(), issued.Certificate.NotAfter.ToUniversalTime()), (Time(row, "valid_from"), Time(row, "valid_to")));
        }

        static DateTime Time(JsonElement row, string name) => DateTime.ParseExact(
            Detail(row, name)!, "MMM d HH:mm:ss yyyy 'GMT'", CultureInfo.InvariantCulture, DateTimeStyles.AllowInnerWhite | DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
    }

    [Fact]
    public async Task A_certificate_should_be_kept_under_its_first_alternative_name_or_be_given_a_name()
    {
        // A subject without a common name, and one whose common name is empty.
        foreach (var subject in (string[])["O=Somebody", "CN="])
        {
            var bare = SelfSigned(subject, null);
            Assert.Equal((400, "Error extracting certificate host name, please provide a name parameter"), await ErrorAsync(new { operation = "add_certificate", certificate = bare, is_authority = true }));
            Assert.Equal("Successfully added certificate: given", await AddAsync(new { name = "given", certificate = bare, is_authority = true }));
            Assert.Equal("Successfully added certificate: node-z", await AddAsync(new { certificate = SelfSigned(subject, "node-z"), is_authority = true }));
        }
    }

    private static string SelfSigned(string subject, string? name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (name is not null) names.AddDnsName(name);
        if (name is not null) request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return certificate.ExportCertificatePem();
    }

    [Fact]
    public async Task A_key_that_two_certificates_share_should_stay_until_the_last_of_them_goes()
    {
        var issued = Authority.Issue("shared");
        await AddAsync(new { name = "first", certificate = issued.Pem, is_authority = false, private_key = issued.KeyPem });
        // The key that is here already is found for the second one.
        await AddAsync(new { name = "second", certificate = issued.Pem, is_authority = false });
        Assert.Equal("first.pem", (await ListAsync())["second"].GetProperty("private_key_name").GetString());
        await MessageAsync(new { operation = "remove_certificate", name = "first" });
        Assert.Contains("first.pem", _keys.List());
        await MessageAsync(new { operation = "remove_certificate", name = "second" });
        Assert.DoesNotContain("first.pem", _keys.List());
    }

    [Fact]
    public async Task What_cannot_be_used_should_be_refused_and_not_stored()
    {
        var issued = Authority.Issue("lonely");
        var before = (await ListAsync()).Count;
        Assert.Equal((400, "A suitable private key was not found for this certificate"), await ErrorAsync(new { operation = "add_certificate", certificate = issued.Pem, is_authority = false }));
        Assert.Equal(
            (400, "The private key does not belong to this certificate"),
            await ErrorAsync(new { operation = "add_certificate", certificate = issued.Pem, is_authority = false, private_key = Authority.Issue("other").KeyPem }));
        var (status, error) = await ErrorAsync(new { operation = "add_certificate", name = "bad", certificate = "xx", is_authority = false });
        Assert.Equal(500, status);
        Assert.StartsWith("Invalid certificate format for bad: ", error, StringComparison.Ordinal);
        Assert.Equal((400, "'is_authority' is required"), await ErrorAsync(new { operation = "add_certificate", certificate = issued.Pem }));
        Assert.Equal((400, "'certificate' is required"), await ErrorAsync(new { operation = "add_certificate", is_authority = true }));
        Assert.Equal(400, (await ErrorAsync(new { operation = "add_certificate", certificate = issued.Pem, is_authority = false, private_key = issued.KeyPem, ciphers = "RC4-MD5" })).Status);
        Assert.Equal(403, (await ErrorAsync(new { operation = "get_key", name = "privateKey.pem" })).Status);
        Assert.Equal(before, (await ListAsync()).Count);
    }

    [Fact]
    public async Task A_key_in_the_same_text_as_a_certificate_should_not_get_into_the_table()
    {
        var issued = Authority.Issue("careless");
        await AddAsync(new { certificate = issued.Pem + issued.KeyPem, is_authority = false, private_key = issued.KeyPem });
        Assert.DoesNotContain("PRIVATE KEY", (await ListAsync())["careless"].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_should_be_signed_by_a_profile_of_this_node_whatever_it_asks_for()
    {
        var own = await _node.CallAsync(new { operation = "create_csr" });
        Assert.Equal("privateKey.pem", own.GetProperty("privateKeyName").GetString());
        var request = CertificateRequest.LoadSigningRequestPem(own.GetProperty("pem").GetString()!, HashAlgorithmName.SHA256);
        Assert.Contains("CN=127.0.34.1", request.SubjectName.Name, StringComparison.Ordinal);

        using var key = RSA.Create(2048);
        var greedy = new CertificateRequest("CN=node-x, O=Somebody", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        greedy.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("node-b");
        greedy.CertificateExtensions.Add(names.Build());
        var answer = await _node.CallAsync(new { operation = "sign_certificate", csr = greedy.CreateSigningRequestPem() });
        using var signed = X509Certificate2.CreateFromPem(answer.GetProperty("certificate").GetString());
        using var authority = X509Certificate2.CreateFromPem(answer.GetProperty("signingCA").GetString());
        Assert.False(signed.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        var alternatives = signed.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["localhost", "node-x"], alternatives.EnumerateDnsNames());
        Assert.Equal("node-x", signed.GetNameInfo(X509NameType.SimpleName, false));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        Assert.True(chain.Build(signed));

        Assert.Equal("{}", (await _node.CallAsync(new { operation = "sign_certificate" })).GetRawText());
        Assert.Equal(400, (await ErrorAsync(new { operation = "sign_certificate", csr = "xx" })).Status);
        using var weak = RSA.Create(1024);
        Assert.Equal(400, (await ErrorAsync(new
        {
            operation = "sign_certificate", csr = new CertificateRequest("CN=node-y", weak, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem(),
        })).Status);
    }

    [Fact]
    public async Task An_authority_that_the_operator_gave_with_its_key_should_sign_before_the_built_in_one()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=House Authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var house = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        await AddAsync(new { certificate = house.ExportCertificatePem(), is_authority = true, private_key = key.ExportPkcs8PrivateKeyPem() });
        var csr = await _node.CallAsync(new { operation = "create_csr" });
        var answer = await _node.CallAsync(new { operation = "sign_certificate", csr = csr.GetProperty("pem").GetString() });
        using var signed = X509Certificate2.CreateFromPem(answer.GetProperty("certificate").GetString());
        Assert.Equal("CN=House Authority", signed.Issuer);
        // It does not outlive who signed it.
        Assert.True(signed.NotAfter <= house.NotAfter);
    }

    private async Task<string?> AddAsync(object fields)
    {
        var body = JsonSerializer.SerializeToNode(fields)!.AsObject();
        body["operation"] = "add_certificate";
        return await MessageAsync(body.ToJsonString());
    }

    private async Task<string?> MessageAsync(object operation) => (await _node.CallAsync(operation)).GetProperty("message").GetString();

    private async Task<(int Status, string? Error)> ErrorAsync(object operation)
    {
        var (status, body) = await _node.TryCallAsync(operation);
        return (status, body.GetProperty("error").GetString());
    }

    private async Task<Dictionary<string, JsonElement>> ListAsync() =>
        (await _node.CallAsync(new { operation = "list_certificates" })).EnumerateArray().ToDictionary(row => row.GetProperty("name").GetString()!);

    private static string? Detail(JsonElement row, string name) => row.GetProperty("details").GetProperty(name).GetString();

    public ValueTask DisposeAsync() => _node.DisposeAsync();
}
