using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Revocation.CheckingCluster;

namespace Harper.Tests.Revocation;

/// <summary>
/// Responders asked in the handshakes between nodes, and about sockets that are open: R-VER-02, 06, 08, 10 and R-CFG-41, against the responder of openssl, with answers that
/// are good, revoked, over, late, garbage and missing.
/// </summary>
public sealed class OcspClusterSpecs : IAsyncDisposable
{
    private readonly RevocationAuthority _authority = new("Answering Authority");
    private readonly CheckingCluster _cluster = new();
    private readonly ListServer _server = new("127.0.44.1");

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _server.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task A_peer_should_keep_its_sockets_while_the_responder_says_good_and_lose_them_when_it_says_revoked_even_in_fail_open()
    {
        var port = FreePort();
        var responder = $"http://127.0.0.1:{port}/";
        var (own, shown) = (_authority.IssueTo("127.0.44.2", null, responder), _authority.IssueTo("127.0.44.3", null, responder));
        using var good = new Responder(_authority, port);
        var a = await StartAsync("127.0.44.2", ["127.0.44.3"], own, """{"failureMode":"fail-open","ocsp":{"cacheTtl":1000,"errorCacheTtl":1000,"timeout":30000}}""");
        var b = await StartAsync("127.0.44.3", ["127.0.44.2"], shown, null);
        await Wait.UntilAsync(() => a.Connected.Length == 1 && b.Connected.Length == 1, "both are connected", 60);
        await a.InsertAsync("dog", 1, "Penny");
        await Wait.UntilAsync(() => b.Has("dog", 1), "rows cross", 60);
        Assert.DoesNotContain(_cluster.Log.Lines, line => line.Contains("fail-open", StringComparison.Ordinal));

        good.Dispose();
        _authority.Revoke(shown.Certificate);
        using var bad = new Responder(_authority, port);
        await Wait.UntilAsync(() => a.Connected.Length == 0 && b.Connected.Length == 0, "the sockets that were open are closed", Wait.Revoked);
        await Wait.UntilAsync(
            () => Refused(a, b, "certificate revoked: says") && Refused(b, a, "certificate revoked: says"), "it is refused as the one that dials and as the one that is dialled", 60);
        await a.InsertAsync("dog", 2, "Harper");
        b = await _cluster.StartAgainAsync(b);
        await Wait.UntilAsync(() => Refused(b, a, "certificate revoked: says"), "a new start does not help", 60);
        Assert.Empty(a.Connected);
        Assert.False(b.Has("dog", 2));
    }

    [Fact]
    public async Task What_is_no_answer_should_keep_a_peer_out_both_ways_unless_the_operator_chose_otherwise()
    {
        // Each peer's certificate names another place; what is answered there stays the same all the time.
        (string Name, string Path, string Reason)[] cases =
        [
            ("127.0.44.6", "/over", "the answer ended at"), ("127.0.44.7", "/slow", "does not answer within 1 s"), ("127.0.44.8", "/garbage", "no answer of a responder can be read"),
            ("127.0.44.9", "/absent", "answers 404"),
        ];
        var issued = cases.ToDictionary(one => one.Path, one => _authority.IssueTo(one.Name, null, _server.Url + one.Path));
        _server.Serve("/over", _authority.Answer(issued["/over"].Certificate));
        _server.Serve("/slow", async (_, ended) => await Wait.ForeverAsync(ended));
        _server.Serve("/garbage", Encoding.ASCII.GetBytes("<html>sorry</html>"));
        _cluster.Ahead = TimeSpan.FromMinutes(11);

        string[] names = [.. cases.Select(one => one.Name)];
        var closed = await StartAsync("127.0.44.4", names, _authority.IssueTo("127.0.44.4", null, null), """{"ocsp":{"timeout":1000,"errorCacheTtl":1000}}""");
        var open = await StartAsync("127.0.44.5", names, _authority.IssueTo("127.0.44.5", null, null), """{"failureMode":"fail-open","ocsp":{"timeout":1000,"errorCacheTtl":60000}}""");
        foreach (var (name, path, reason) in cases)
        {
            var peer = await StartAsync(name, [closed.Name, open.Name], issued[path], null);
            await Wait.UntilAsync(() => open.Connected.Contains(name) && peer.Connected.Contains(open.Name), $"{path}: let in where failureMode is fail-open", 60);
            await Wait.UntilAsync(
                () => Refused(closed, peer, "revocation status unknown") && Refused(peer, closed, "revocation status unknown"), $"{path}: refused both ways where it is not", 60);
            await Wait.UntilAsync(() => Refused(closed, peer, reason), $"{path}: the reason is shown: {reason}", 60);
            await peer.InsertAsync(path[1..], 1, "Penny");
            await Wait.UntilAsync(() => open.Has(path[1..], 1), $"{path}: rows cross", 60);
            Assert.Contains(_cluster.Log.Lines, line => line.Contains(name, StringComparison.Ordinal) && line.Contains("fail-open", StringComparison.Ordinal));
            Assert.DoesNotContain(name, closed.Connected);
        }
    }

    private Task<ClusterNode> StartAsync(string name, string[] routes, IssuedCertificate issued, string? verification) =>
        _cluster.StartAsync(name, routes, issued, _authority.Pem, verification);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Responder(RevocationAuthority authority, int port) : IDisposable
    {
        private readonly Process _process = authority.Respond(port);
        private bool _ended;

        public void Dispose()
        {
            if (_ended) return;
            _ended = true;
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
