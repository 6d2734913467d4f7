using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Revocation.CheckingCluster;

namespace Harper.Tests.Revocation;

/// <summary>
/// Nodes over wss with certificates of a private authority that publishes a list: proves R-VER-01, 05, 06, 07, 10 and R-CFG-41 from the setting to the data that flows
/// or does not.
/// </summary>
public sealed class RevocationClusterSpecs : IAsyncDisposable
{
    private static readonly TestAuthority Authority = new("Listing Authority");
    private readonly ListServer _server = new("127.0.43.1");
    private readonly CheckingCluster _cluster = new();

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task A_peer_should_be_believed_until_its_authority_lists_it_and_be_refused_both_ways_from_then_on_even_in_fail_open()
    {
        _server.Serve("/list", Authority.List());
        var shown = Issue("127.0.43.3");
        var a = await StartAsync("127.0.43.2", "127.0.43.3", Issue("127.0.43.2"), """{"failureMode":"fail-open","crl":{"cacheTtl":1000}}""");
        var b = await StartAsync("127.0.43.3", "127.0.43.2", shown, null);
        await Wait.UntilAsync(() => a.Connected.Length == 1 && b.Connected.Length == 1, "both are connected");
        await a.InsertAsync("dog", 1, "Penny");
        await Wait.UntilAsync(() => b.Has("dog", 1), "rows cross");
        Assert.True(_server.Count("/list") > 0, "nobody asked the authority");

        // While both are connected: as soon as the list is fetched again, the open sockets end.
        _server.Serve("/list", Authority.List(shown));
        _cluster.Ahead = TimeSpan.FromSeconds(10);
        await Wait.UntilAsync(() => a.Connected.Length == 0 && b.Connected.Length == 0, "the sockets that were open are closed", Wait.Revoked);
        await a.InsertAsync("dog", 2, "Harper");
        b = await _cluster.StartAgainAsync(b);
        await Wait.UntilAsync(() => Refused(a, b, "certificate revoked") && Refused(b, a, "certificate revoked"), "it is refused as the one that dials and as the one that is dialled");
        Assert.Contains("certificate revoked: listed at", (await a.CallAsync(new { operation = "cluster_status" })).GetRawText(), StringComparison.Ordinal);
        Assert.Empty(a.Connected);
        Assert.Empty(b.Connected);
        Assert.False(b.Has("dog", 2));
    }

    [Fact]
    public async Task With_no_list_to_be_had_nobody_should_get_in_unless_the_operator_chose_that_and_then_with_a_warning()
    {
        // Nothing is served: the server answers 404.
        var closed = await StartAsync("127.0.43.4", "127.0.43.5", Issue("127.0.43.4"), "true");
        var peer = await StartAsync("127.0.43.5", "127.0.43.4", Issue("127.0.43.5"), null);
        await Wait.UntilAsync(
            () => Refused(closed, peer, "revocation status unknown") && Refused(peer, closed, "revocation status unknown"), "it is refused as the one that dials and as the one that is dialled");
        Assert.Empty(closed.Connected);
        Assert.Empty(peer.Connected);

        var open = await StartAsync("127.0.43.6", "127.0.43.7", Issue("127.0.43.6"), """{"failureMode":"fail-open"}""");
        var other = await StartAsync("127.0.43.7", "127.0.43.6", Issue("127.0.43.7"), null);
        await Wait.UntilAsync(() => open.Connected.Length == 1 && other.Connected.Length == 1, "both are connected");
        await other.InsertAsync("dog", 1, "Penny");
        await Wait.UntilAsync(() => open.Has("dog", 1), "rows cross");
        Assert.Contains(_cluster.Log.Lines, line => line.Contains("127.0.43.7", StringComparison.Ordinal) && line.Contains("fail-open", StringComparison.Ordinal));
    }

    private IssuedCertificate Issue(string name) => Authority.Issue(name, new Issuing { ListedAt = _server.Url + "/list" });

    private Task<ClusterNode> StartAsync(string name, string route, IssuedCertificate issued, string? verification) =>
        _cluster.StartAsync(name, [route], issued, Authority.Pem, verification);
}
