using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Harper.Tests.Cluster;
using Harper.Tests.Revocation;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Security;

/// <summary>
/// Proves R-VER-13 and R-OPS-05 for clients that show certificates, with real TLS clients: whom a certificate stands for, who is believed, and what authorities take back, on
/// connections that stay open too.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class ClientCertificateSpecs : IAsyncLifetime
{
    private const string Address = "127.0.45.1";
    private const string Operations = $"https://{Address}:9943/";
    private const string Rest = $"https://{Address}:9944/";
    private const string WhoAmI = """{"operation":"user_info"}""";

    private readonly RevocationAuthority _authority = new("Client Authority");
    private readonly TestAuthority _web = new("Web Authority");
    private readonly ListServer _server = new("127.0.45.9");
    private readonly List<HttpClient> _clients = [];
    private SecuredNode? _node;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        if (_node is not null) await _node.DisposeAsync();
        _server.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task A_certificate_should_stand_for_the_user_that_it_names_and_nobody_else_be_let_in_by_one()
    {
        var node = await StartAsync("""{}""", """{"required":true,"user":"admin"}""");
        await node.DoAsync("""{"operation":"add_role","role":"reader","permission":{"super_user":false}}""");
        foreach (var user in (string[])["wendy", "sleepy"])
            await node.DoAsync($$"""{"operation":"add_user","role":"reader","username":"{{user}}","password":"{{SecuredNode.Password}}","active":true}""");
        await node.DoAsync("""{"operation":"alter_user","username":"sleepy","active":false}""");

        var wendy = Client(_authority.IssueTo("wendy", null, null));
        Assert.Equal("wendy", (await CallAsync(wendy, WhoAmI)).Body["username"]!.GetValue<string>());
        // With the rights of her role, and not more.
        Assert.Equal(403, (await CallAsync(wendy, """{"operation":"add_role","role":"mine","permission":{"super_user":true}}""")).Status);
        Assert.Equal(200, (await CallAsync(Client(_authority.IssueTo("admin", null, null)), """{"operation":"list_users"}""")).Status);
        // Credentials that are sent say more than the certificate beside them, and wrong ones are not made good by it.
        Assert.Equal("admin", (await CallAsync(wendy, WhoAmI, SecuredNode.Basic("admin"))).Body["username"]!.GetValue<string>());
        Assert.Equal((401, "Login failed"), Refusal(await CallAsync(wendy, WhoAmI, SecuredNode.Basic("admin", "wrong"))));

        Assert.Equal((401, "The client certificate stands for 'stranger', who is no user of this node"), Refusal(await CallAsync(Client(_authority.IssueTo("stranger", null, null)), WhoAmI)));
        Assert.Equal((401, "Cannot complete request: User is inactive"), Refusal(await CallAsync(Client(_authority.IssueTo("sleepy", null, null)), WhoAmI)));
        // Certificates that are not believed count as none: credentials decide.
        IssuedCertificate?[] nobodies =
        [
            null, new TestAuthority("Client Authority").Issue("admin"), _web.Issue("admin", new Issuing { From = DateTimeOffset.UtcNow.AddDays(-9), To = DateTimeOffset.UtcNow.AddDays(-1) }),
            _web.Issue("admin", new Issuing { Usages = [Issuing.Server] }),
        ];
        foreach (var shown in nobodies)
        {
            var client = Client(shown);
            Assert.Equal((401, "Must login"), Refusal(await CallAsync(client, WhoAmI)));
            Assert.Equal("admin", (await CallAsync(client, WhoAmI, SecuredNode.Basic("admin"))).Body["username"]!.GetValue<string>());
        }

        // Where one is required there is no connection without, and the configured user is whom all of them stand for.
        Assert.Equal(HttpStatusCode.NotImplemented, (await Client(_authority.IssueTo("stranger", null, null)).GetAsync(Rest, TestContext.Current.CancellationToken)).StatusCode);
        foreach (var shown in nobodies) await Assert.ThrowsAnyAsync<HttpRequestException>(() => Client(shown).GetAsync(Rest, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Only_authorities_that_the_operator_named_for_clients_should_speak_for_them_and_that_hold_without_a_restart()
    {
        var node = await StartAsync("""{"user":null}""", "false");
        // With `user: null` a certificate opens the door and credentials say who comes in.
        Assert.Equal((401, "Must login"), Refusal(await CallAsync(Client(_authority.IssueTo("admin", null, null)), WhoAmI)));
        await node.DisposeAsync();

        node = await StartAsync("""{}""", "false");
        var added = new TestAuthority("Added Authority");
        var client = Client(added.Issue("admin"));
        Assert.Equal((401, "Must login"), Refusal(await CallAsync(client, WhoAmI)));
        // Trusted for replication as every authority of the table is: members do not become users by that, nor do those whom this node itself signed.
        await node.DoAsync(Add(added, null));
        Assert.Equal((401, "Must login"), Refusal(await CallAsync(Client(added.Issue("admin")), WhoAmI)));
        await node.DoAsync(Add(added, ["https"]));
        Assert.Equal((401, "Must login"), Refusal(await CallAsync(Client(added.Issue("admin")), WhoAmI)));
        await node.DoAsync(Add(added, ["operations"]));
        var trusted = Client(added.Issue("admin"));
        Assert.Equal("admin", (await CallAsync(trusted, WhoAmI)).Body["username"]!.GetValue<string>());
        await node.DoAsync("""{"operation":"remove_certificate","name":"Added Authority"}""");
        Assert.Equal((401, "Must login"), Refusal(await CallAsync(trusted, WhoAmI)));
    }

    [Fact]
    public async Task What_its_authority_took_back_should_be_refused_on_connections_that_stay_open_and_what_it_does_not_say_by_what_the_operator_chose()
    {
        await StartAsync(
            """{"certificateVerification":{"crl":{"cacheTtl":1000,"timeout":5000},"ocsp":{"timeout":1000}}}""", """{"user":"admin","certificateVerification":{"failureMode":"fail-open"}}""");
        var shown = _authority.IssueTo("admin", _server.Url + "/list", null);
        _server.Serve("/list", _authority.List());
        var client = Client(shown);
        Assert.Equal(200, (await CallAsync(client, WhoAmI)).Status);
        _authority.Revoke(shown.Certificate);
        _server.Serve("/list", _authority.List());
        await Wait.UntilAsync(
            () => Refusal(CallAsync(client, WhoAmI).GetAwaiter().GetResult()) == (401, "Certificate revoked or verification failed"), "the open connection is refused", 60);
        // Credentials do not help whoever shows it, nor does fail-open on the other port.
        Assert.Equal(401, (await CallAsync(client, WhoAmI, SecuredNode.Basic("admin"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(Rest, TestContext.Current.CancellationToken)).StatusCode);

        var unsaid = Client(_authority.IssueTo("admin", null, _server.Url + "/absent"));
        Assert.Equal((401, "Certificate revoked or verification failed"), Refusal(await CallAsync(unsaid, WhoAmI)));
        Assert.Equal(HttpStatusCode.NotImplemented, (await unsaid.GetAsync(Rest, TestContext.Current.CancellationToken)).StatusCode);
        var good = Client(_authority.IssueTo("admin", null, _server.Url + "/good"));
        Assert.Equal(401, (await CallAsync(good, WhoAmI)).Status);
    }

    private static string Add(TestAuthority authority, string[]? uses) =>
        JsonSerializer.Serialize(new { operation = "add_certificate", name = "Added Authority", is_authority = true, certificate = authority.Pem, uses = uses ?? ["replication"] });

    private static (int, string?) Refusal(NodeAnswer answer) => (answer.Status, answer.Error);

    private async Task<SecuredNode> StartAsync(string operations, string rest)
    {
        var shown = _web.Issue(Address);
        var config = new JsonObject
        {
            ["tls"] = new JsonArray(
                new JsonObject { ["certificate"] = shown.Pem, ["privateKey"] = shown.KeyPem, ["certificateAuthority"] = _authority.Pem + _web.Pem }),
            ["operationsApi"] = new JsonObject { ["network"] = new JsonObject { ["mtls"] = JsonNode.Parse(operations) } },
            ["http"] = new JsonObject { ["mtls"] = JsonNode.Parse(rest) },
        };
        return _node = await SecuredNode.StartAsync(
            Address, ("OPERATIONSAPI_NETWORK_SECUREPORT", "9943"), ("HTTP_SECUREPORT", "9944"), ("HARPER_CONFIG", config.ToJsonString()));
    }

    private HttpClient Client(IssuedCertificate? shown)
    {
        var options = new SslClientAuthenticationOptions
        {
            ClientCertificateContext = shown is null ? null : SslStreamCertificateContext.Create(shown.WithKey(), null, offline: true),
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Issuer == "CN=Web Authority",
        };
        var client = new HttpClient(new SocketsHttpHandler { SslOptions = options, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(60) };
        _clients.Add(client);
        return client;
    }

    private static async Task<NodeAnswer> CallAsync(HttpClient client, string body, string? authorization = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Operations) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return new NodeAnswer((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!, null);
    }
}
