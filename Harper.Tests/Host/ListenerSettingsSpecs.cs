using System.Net;
using System.Text;
using Harper.Actors.Transport;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>Proves the settings of R-OPS-08 for pages of other origins, and R-OPS-06 on all three ports: who is answered without having shown who it is.</summary>
[Collection(ProcessCollection.Name)]
public sealed class ListenerSettingsSpecs
{
    private const string Named = "http://named.test";

    [Fact]
    public async Task Only_pages_that_the_operator_named_should_be_answered_and_none_where_that_is_turned_off()
    {
        await using var node = new HostProcess("127.0.40.61", ("OPERATIONSAPI_NETWORK_CORSACCESSLIST", $"[\"{Named}\"]"), ("HTTP_CORS", "false"));
        await node.StartAndWaitAsync();
        foreach (var method in (HttpMethod[])[HttpMethod.Options, HttpMethod.Post])
        {
            Assert.Equal((Named, "true"), await AllowedAsync(method, 9925, Named));
            foreach (var other in (string[])["http://other.test", Named + ".other.test", "https://named.test", "null", "*"])
                Assert.Equal((null, null), await AllowedAsync(method, 9925, other));
            Assert.Equal((null, null), await AllowedAsync(method, 9926, Named));
        }

        async Task<(string? Origin, string? Credentials)> AllowedAsync(HttpMethod method, int port, string origin)
        {
            using var request = new HttpRequestMessage(method, new Uri($"http://{node.Address}:{port}/"));
            request.Headers.TryAddWithoutValidation("Origin", origin);
            if (method == HttpMethod.Options) request.Headers.Add("Access-Control-Request-Method", "POST");
            using var answer = await node.Client.SendAsync(request, TestContext.Current.CancellationToken);
            // What is kept for one page must not be given to another.
            Assert.Equal("Origin", answer.Headers.Vary.ToString());
            return (First("Access-Control-Allow-Origin"), First("Access-Control-Allow-Credentials"));

            string? First(string name) => answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;
        }
    }

    [Fact]
    public async Task A_local_caller_should_be_let_in_by_clients_ports_when_the_operator_allows_it_and_never_by_the_one_of_nodes()
    {
        await using var node = new HostProcess("127.0.40.62", ("AUTHENTICATION_AUTHORIZELOCAL", "true"));
        await node.StartAndWaitAsync();
        using var asked = new StringContent("""{"operation":"list_users"}""", Encoding.UTF8, "application/json");
        using var operations = await node.Client.PostAsync(new Uri($"http://{node.Address}:9925/"), asked, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, operations.StatusCode);
        using var rest = await node.Client.GetAsync(new Uri($"http://{node.Address}:9926/Dog/1"), TestContext.Current.CancellationToken);
        Assert.NotEqual(HttpStatusCode.Unauthorized, rest.StatusCode);

        using var transport = new WebSocketTransport();
        await using var socket = await transport.DialAsync(
            new PeerDial(new Uri($"ws://{node.Address}:9933"), IPAddress.Parse("127.0.40.63"), [], Wait.Deadline, new PeerSocketSettings()), TestContext.Current.CancellationToken);
        Assert.Null(await socket.ReceiveAsync(TestContext.Current.CancellationToken));
        Assert.Equal(PeerClose.Policy, (await socket.Ended.WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken)).Code);
    }
}
