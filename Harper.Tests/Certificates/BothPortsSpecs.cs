using System.Text.Json;
using System.Text.Json.Nodes;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Certificates;

/// <summary>
/// A node that listens plainly and with TLS, between one that knows no TLS and one that speaks nothing else (R-CFG-18, R-IP-06), and serial numbers that a route of the file takes back
/// (R-CFG-32, R-REV-03, 05).
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class BothPortsSpecs : IAsyncDisposable
{
    private const string Both = "127.0.46.1";
    private const string Plain = "127.0.46.2";
    private const string Secure = "127.0.46.3";
    private readonly TestAuthority _authority = new("Both Authority");
    private readonly List<SecuredNode> _nodes = [];

    [Fact]
    public async Task A_node_with_both_ports_should_serve_both_kinds_and_refuse_whom_a_route_of_its_file_takes_back()
    {
        var taken = _authority.Issue(Secure);
        var both = await StartAsync(
            Both, ("REPLICATION_PORT", $"{Both}:9932"), ("REPLICATION_SECUREPORT", $"{Both}:9933"), ("HARPER_CONFIG", Tls(_authority.Issue(Both))),
            ("REPLICATION_ROUTES", JsonSerializer.Serialize(new object[]
            {
                $"ws://{Plain}:9933", new { hostname = Secure, url = $"wss://{Secure}:9933", revokedCertificates = new[] { taken.Serial.ToLowerInvariant() } },
            })));
        var plain = await StartAsync(Plain, ("REPLICATION_PORT", $"{Plain}:9933"), ("REPLICATION_ROUTES", $"[\"ws://{Both}:9932\"]"));
        var secure = await StartSecureAsync(taken);
        await both.DoAsync("""{"operation":"create_table","database":"data","table":"dog","primary_key":"id"}""");
        await InsertAsync(both, 1);
        await Wait.UntilAsync(() => Has(plain, 1), "rows reach the plain node", 60);
        await InsertAsync(plain, 2);
        await Wait.UntilAsync(() => Has(both, 2), "rows come from the plain node", 60);
        await Wait.UntilAsync(() => Log(both).Contains($"serial {taken.Serial}), which is on the list of revoked certificates of {Secure}", StringComparison.Ordinal), "the taken certificate is refused", 60);
        Assert.False(Has(secure, 1));

        await secure.DisposeAsync();
        _nodes.Remove(secure);
        var fresh = _authority.Issue(Secure);
        secure = await StartSecureAsync(fresh);
        await Wait.UntilAsync(() => Has(secure, 1), "another certificate of the same node is good", 60);
        // And the record adds to what the route takes back.
        await both.DoAsync($$"""{"operation":"update_node","hostname":"{{Secure}}","revoked_certificates":["{{fresh.Serial}}"]}""");
        await Wait.UntilAsync(() => Log(both).Contains($"The sockets with {Secure} were closed: certificate revoked", StringComparison.Ordinal), "its sockets are closed and the log says so", Wait.Revoked);
        // The plain node hears of it by gossip, and lets it in by its address no longer.
        await Wait.UntilAsync(
            async () => (await plain.DoAsync("""{"operation":"cluster_status"}""")).ToString()!.Contains("certificate revoked", StringComparison.Ordinal), "the plain node has nothing to do with it either", 60);
        await InsertAsync(both, 3);
        await Wait.UntilAsync(() => Has(plain, 3), "the plain node goes on", 60);
        Assert.False(Has(secure, 3));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    private Task<SecuredNode> StartSecureAsync(IssuedCertificate shown) => StartAsync(
        Secure, ("REPLICATION_PORT", "null"), ("REPLICATION_SECUREPORT", $"{Secure}:9933"), ("HARPER_CONFIG", Tls(shown)), ("REPLICATION_ROUTES", $"[\"wss://{Both}:9933\"]"));

    private async Task<SecuredNode> StartAsync(string address, params (string, string)[] settings)
    {
        var node = await SecuredNode.StartAsync(address, settings);
        _nodes.Add(node);
        return node;
    }

    private string Tls(IssuedCertificate shown) => new JsonObject
    {
        ["tls"] = new JsonObject { ["certificate"] = shown.Pem, ["privateKey"] = shown.KeyPem, ["certificateAuthority"] = _authority.Pem },
    }.ToJsonString();

    private static Task InsertAsync(SecuredNode node, int id) => node.DoAsync($$"""{"operation":"insert","database":"data","table":"dog","records":[{"id":{{id}}}]}""");

    private static bool Has(SecuredNode node, int id)
    {
        var answer = node.CallAsync($$"""{"operation":"search_by_id","database":"data","table":"dog","ids":[{{id}}],"get_attributes":["id"]}""", SecuredNode.Basic("admin")).GetAwaiter().GetResult();
        return answer.Status == 200 && answer.Body is JsonArray { Count: 1 };
    }

    /// <summary>The writer keeps its file open.</summary>
    private static string Log(SecuredNode node)
    {
        using var stream = new FileStream(Path.Combine(node.Root, "log", "hdb.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
