using System.Collections.Concurrent;
using System.Diagnostics;
using Harper.Actors.Certificates;
using Harper.Core.Certificates;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Certificates;

/// <summary>Certificates end: taken back by serial number, everywhere and at once (R-REV-02, 04, 06, 07, 09, R-SEC-10), or replaced before time takes them.</summary>
public sealed class CertificateLifeSpecs : IAsyncDisposable
{
    private readonly List<ClusterNode> _nodes = [];

    [Fact]
    public async Task A_revoked_certificate_should_lose_its_sockets_on_every_member_and_get_them_back_when_the_list_is_taken_back()
    {
        var a = await StartAsync("127.0.36.1");
        var b = await StartAsync("127.0.36.2");
        var c = await StartAsync("127.0.36.3");
        await b.CallAsync(Join(a));
        await c.CallAsync(Join(a));
        await Wait.UntilAsync(() => _nodes.All(node => node.Connected.Length == 2), "everybody is connected with everybody");

        var serial = await SerialAsync(c, $"{c.Name}-replication");
        await a.CallAsync(new { operation = "update_node", hostname = c.Name, revoked_certificates = new[] { "AB12" } });
        await a.CallAsync(new { operation = "update_node", hostname = c.Name, revoked_certificates = new[] { serial.ToLowerInvariant() } });
        // b was not told: the record gossips.
        await Wait.UntilAsync(() => a.Connected is [var one] && one == b.Name && b.Connected is [var other] && other == a.Name && c.Connected.Length == 0, "c is cut off everywhere", Wait.Revoked);
        var row = (await a.CallAsync("""{"operation":"search_by_id","database":"system","table":"hdb_nodes","ids":["127.0.36.3"],"get_attributes":["revoked_certificates"]}"""))[0];
        Assert.Equal(["AB12", serial.ToLowerInvariant()], row.GetProperty("revoked_certificates").EnumerateArray().Select(item => item.GetString()));
        await a.InsertAsync("dog", 1, "Penny");
        await Wait.UntilAsync(() => b.Has("dog", 1), "the others go on");
        Assert.False(c.Has("dog", 1));

        await a.CallAsync("""{"operation":"update","database":"system","table":"hdb_nodes","records":[{"name":"127.0.36.3","revoked_certificates":[]}]}""");
        await Wait.UntilAsync(() => _nodes.All(node => node.Connected.Length == 2) && c.Has("dog", 1), "c is back");
    }

    [Fact]
    public async Task Certificates_should_be_replaced_by_themselves_before_they_end_and_nobody_be_cut_off()
    {
        var a = await StartAsync("127.0.36.4", TimeSpan.FromDays(90));
        var b = await StartAsync("127.0.36.5", TimeSpan.FromDays(90));
        await b.CallAsync(Join(a));
        await Wait.UntilAsync(() => _nodes.All(node => node.Connected.Length == 1), "both are connected");
        var (madeByA, signedByA) = (await SerialAsync(a, a.Name), await SerialAsync(b, $"{b.Name}-replication"));

        // Fifteen days before the end of everything.
        foreach (var node in _nodes) node.Keys.Ahead = TimeSpan.FromDays(75);
        await Wait.UntilAsync(async () => await SerialAsync(a, a.Name) != madeByA && await SerialAsync(b, $"{b.Name}-replication") != signedByA, "both are new");
        // And twenty days later, when the old ones are over.
        foreach (var node in _nodes) node.Keys.Ahead = TimeSpan.FromDays(95);
        await a.InsertAsync("dog", 1, "Penny");
        await Wait.UntilAsync(() => _nodes.All(node => node.Connected.Length == 1) && b.Has("dog", 1), "both are connected");
        var again = b;
        await b.DisposeAsync();
        _nodes.Remove(b);
        b = await again.StartAgainAsync();
        _nodes.Add(b);
        await Wait.UntilAsync(() => _nodes.All(node => node.Connected.Length == 1), "also after a restart");
    }

    [Fact]
    public async Task Whoever_comes_while_a_node_makes_its_first_certificate_should_wait_for_it_instead_of_being_cut()
    {
        using var made = new ManualResetEventSlim();
        var a = await ClusterNode.StartAsync(new ClusterNodeOptions("127.0.36.8") { Secure = new SecureNode { Making = made } });
        _nodes.Add(a);
        var b = await StartAsync("127.0.36.9");
        var watch = Stopwatch.StartNew();
        var joining = b.TryCallAsync(Join(a));
        // Longer than a handshake may take once there is something to show.
        await Wait.UntilAsync(() => watch.Elapsed > TimeSpan.FromSeconds(5.5) || joining.IsCompleted, "time passes", 60);
        Assert.False(joining.IsCompleted);
        made.Set();
        Assert.Equal(200, (await joining).Status);
    }

    [Fact]
    public async Task Whoever_asks_the_authorities_should_be_asked_about_both_ends_before_anybody_is_believed()
    {
        var check = new AskedCheck();
        var a = await StartAsync("127.0.36.6", check: check);
        var b = await StartAsync("127.0.36.7");
        await b.CallAsync(Join(a));
        await Wait.UntilAsync(() => _nodes.All(node => node.Connected.Length == 1), "both are connected");
        Assert.Contains((b.Name, CertificateRole.Client), check.Asked);
        Assert.Contains((b.Name, CertificateRole.Server), check.Asked);

        check.Answer = "revoked by its authority";
        await b.DisposeAsync();
        _nodes.Remove(b);
        b = await b.StartAgainAsync();
        _nodes.Add(b);
        bool Refused(ClusterNode node, ClusterNode peer) =>
            node.Board.Find(new(peer.Name))?.Databases.Values.Any(database => database.LastError?.Reason.Contains("revoked by its authority", StringComparison.Ordinal) == true) == true;
        await Wait.UntilAsync(() => Refused(a, b) && Refused(b, a), "it is refused as the one that dials and as the one that is dialled");
        Assert.Empty(a.Connected);
        Assert.Empty(b.Connected);
    }

    private sealed class AskedCheck : ICertificateRevocationCheck
    {
        private readonly ConcurrentQueue<(string?, CertificateRole)> _asked = new();

        public IEnumerable<(string?, CertificateRole)> Asked => _asked;

        public string? Answer { get; set; }

        public ValueTask<string?> CheckAsync(ShownCertificate shown, CancellationToken cancellation)
        {
            _asked.Enqueue((shown.Claim.Certificate.CommonName, shown.Role));
            return new(Answer);
        }
    }

    private static async Task<string> SerialAsync(ClusterNode node, string name) => (await node.CallAsync(new { operation = "list_certificates" })).EnumerateArray()
        .First(row => row.GetProperty("name").GetString() == name).GetProperty("details").GetProperty("serial_number").GetString()!;

    private static object Join(ClusterNode target) => new
    {
        operation = "add_node", hostname = target.Name, verify_tls = false, authorization = new { username = ClusterNode.Administrator, password = ClusterNode.Password },
    };

    private async Task<ClusterNode> StartAsync(string name, TimeSpan? lifetime = null, ICertificateRevocationCheck? check = null)
    {
        var node = await ClusterNode.StartAsync(new ClusterNodeOptions(name) { Secure = new SecureNode { Lifetime = lifetime ?? TimeSpan.FromDays(3650), Revocation = check } });
        _nodes.Add(node);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }
}
