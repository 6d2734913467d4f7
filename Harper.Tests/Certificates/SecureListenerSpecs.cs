using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Harper.Host.CommandLine;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Certificates;

/// <summary>The operations API and REST over TLS, and the command line about certificates (R-CFG-26, 28, 29, R-OPS-08, R-CLI-02).</summary>
[Collection(ProcessCollection.Name)]
public sealed class SecureListenerSpecs
{
    [Fact]
    public async Task The_operations_API_and_REST_should_be_served_over_TLS_each_with_its_certificate_and_the_command_line_know_them()
    {
        var authority = new TestAuthority("Web Authority");
        var web = authority.Issue("www.example.com", new Issuing { Names = ["127.0.37.1", "www.example.com"] });
        var operations = authority.Issue("ops.example.com", new Issuing { Names = ["127.0.37.1"] });
        var config = JsonSerializer.Serialize(new
        {
            tls = new { certificate = web.Pem, privateKey = web.KeyPem, certificateAuthority = authority.Pem, uses = new[] { "https" } },
            operationsApi = new { tls = new { certificate = operations.Pem, privateKey = operations.KeyPem } },
        });
        await using var node = new HostProcess(
            "127.0.37.1", ("REPLICATION_PORT", ""), ("OPERATIONSAPI_NETWORK_SECUREPORT", "9943"), ("HTTP_SECUREPORT", "9944"), ("HARPER_CONFIG", config));
        Directory.CreateDirectory(Path.Combine(node.Root, "keys"));
        await File.WriteAllTextAsync(Path.Combine(node.Root, "keys", "privateKey.pem"), SecureNode.NewKey(), TestContext.Current.CancellationToken);
        await node.StartAndWaitAsync();

        var (status, shown) = await AskAsync("https://127.0.37.1:9943/", authority);
        Assert.Equal((HttpStatusCode.OK, operations.Serial), (status, shown?.SerialNumber));
        (status, shown) = await AskAsync("https://127.0.37.1:9944/", authority);
        Assert.Equal(web.Serial, shown?.SerialNumber);
        // What may be read of the configuration holds no key.
        Assert.DoesNotContain("PRIVATE KEY", (await node.CallAsync(new { operation = "get_configuration" })).GetRawText(), StringComparison.Ordinal);

        using var output = new StringWriter();
        var target = "http://admin:Abc1234!@127.0.37.1:9925";
        Assert.Equal(0, await CertificatesCommand.ListAsync(target, DateTimeOffset.UtcNow, output, output, default));
        Assert.Equal(0, await CertificatesCommand.TrustAsync(target, DateTimeOffset.UtcNow, output, output, default));
        Assert.Contains("127.0.37.1  (shown to other nodes)", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("made by this node for replication", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Web Authority", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await CertificatesCommand.ListAsync(target, DateTimeOffset.UtcNow.AddYears(20), output, output, default));
        Assert.Contains("EXPIRED", output.ToString(), StringComparison.Ordinal);

        var before = await SerialAsync(node);
        Assert.Equal(0, await CertificatesCommand.RenewAsync(target, output, output, default));
        Assert.NotEqual(before, await SerialAsync(node));
    }

    private static async Task<string?> SerialAsync(HostProcess node) => (await node.CallAsync(new { operation = "list_certificates" })).EnumerateArray()
        .First(row => row.GetProperty("name").GetString() == node.Address).GetProperty("details").GetProperty("serial_number").GetString();

    /// <summary>Until a handshake comes about: a node that just started may not have its certificates yet, and a busy one cuts whoever takes long.</summary>
    private static async Task<(HttpStatusCode Status, X509Certificate2? Shown)> AskAsync(string url, TestAuthority authority)
    {
        (HttpStatusCode, X509Certificate2?) answer = default;
        var failure = "";
        await Wait.UntilAsync(async () =>
        {
            try
            {
                answer = await AskOnceAsync(url, authority);
                return true;
            }
            catch (HttpRequestException cut)
            {
                failure = cut.ToString();
                return false;
            }
        }, $"{url} answers", seen: () => failure);
        return answer;
    }

    private static async Task<(HttpStatusCode Status, X509Certificate2? Shown)> AskOnceAsync(string url, TestAuthority authority)
    {
        X509Certificate2? shown = null;
        using var handler = new HttpClientHandler
        {
            CheckCertificateRevocationList = false,
            ServerCertificateCustomValidationCallback = (_, certificate, chain, _) =>
            {
                shown = X509CertificateLoader.LoadCertificate(certificate!.RawData);
                chain!.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.Add(authority.Certificate);
                return chain.Build(certificate);
            },
        };
        using var client = new HttpClient(handler);
        client.DefaultRequestHeaders.Authorization = NodeProcess.Basic("admin", "Abc1234!");
        using var answer = await client.PostAsJsonAsync(url, new { operation = "describe_all" }, TestContext.Current.CancellationToken);
        return (answer.StatusCode, shown);
    }
}
