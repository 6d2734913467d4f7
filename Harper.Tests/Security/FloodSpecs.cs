using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Security;

/// <summary>
/// Many at once: sockets that never finish, at every stage there is, and everything that a stranger can ask for as fast as it goes, while a client reads and two nodes replicate.
/// The soak has the sizes of X35 and X36; each run has a smaller form. Invariants 6 and 7.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class FloodSpecs : IAsyncLifetime
{
    private const string Node = "127.0.43.41", Peer = "127.0.43.42";
    private const long MayGrow = 500L << 20;
    private static readonly string[] Strangers = ["127.0.43.51", "127.0.43.52", "127.0.43.53", "127.0.43.54"];
    /// <summary>Longer than the client of a spec keeps a connection.</summary>
    private static readonly string Patience = LongRun.IsOn ? "10000" : "4000";
    private static readonly (string Key, string Value)[] Settings =
    [
        ("OPERATIONSAPI_NETWORK_HEADERSTIMEOUT", Patience), ("OPERATIONSAPI_NETWORK_KEEPALIVETIMEOUT", Patience), ("HTTP_HEADERSTIMEOUT", Patience), ("HTTP_KEEPALIVETIMEOUT", Patience),
        ("REPLICATION_SECUREPORT", "9943"), ("LOGGING_LEVEL", "error"),
    ];

    private readonly HostProcess _node = new(Node, [("REPLICATION_ROUTES", $"[\"ws://{Peer}:9933\"]"), .. Settings]);
    private readonly HostProcess _peer = new(Peer, [("REPLICATION_ROUTES", $"[\"ws://{Node}:9933\"]"), .. Settings]);
    private int _written;

    public async ValueTask InitializeAsync()
    {
        await Task.WhenAll(_node.StartAndWaitAsync(), _peer.StartAndWaitAsync());
        await _node.CallAsync(new { operation = "create_table", table = "dog", primary_key = "id" });
        await WriteAsync(1);
        await Wait.UntilAsync(ArrivedAsync, "the nodes replicate");
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _peer.DisposeAsync();
    }

    [Fact]
    public async Task Sockets_that_never_finish_and_floods_should_cost_others_little_and_the_node_nothing()
    {
        var quiet = await LatencyAsync(TimeSpan.FromSeconds(LongRun.Scale(1, 20)), null);
        var before = _node.Memory();
        await SlowAsync(quiet, before);
        await FloodAsync(quiet, before);
        await Wait.UntilAsync(() => _node.Memory() - before < MayGrow, "the memory is given back", 120);
        await Wait.UntilAsync(ArrivedAsync, "what was written meanwhile is there");
    }

    /// <summary>X35, and slow handshakes of TLS: each stands still at another place.</summary>
    private async Task SlowAsync(double[] quiet, long before)
    {
        (int Port, string Start)[] places =
        [
            (9925, ""), (9925, "PO"), (9925, "POST / HTTP/1.1\r\nHost: x\r\nX: "), (9925, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{"),
            (9933, ""), (9933, "GET / HTTP/1.1\r\nUpgrade: websocket\r\n"), (9943, ""), (9943, "\u0016\u0003\u0001\u0002\u0000\u0001"), (9926, "GET /"), (9933, Upgrade),
        ];
        var sockets = new ConcurrentBag<HostileConnection>();
        var refused = 0;
        async Task OpenAsync(int number)
        {
            var (port, start) = places[number % places.Length];
            try
            {
                var connection = await HostileConnection.OpenAsync(Strangers[number % Strangers.Length], Node, port);
                sockets.Add(connection);
                if (start.Length > 0) await connection.TrySendAsync(Encoding.Latin1.GetBytes(start));
            }
            catch (SocketException)
            {
                Interlocked.Increment(ref refused);
            }
        }

        // 5,000 of all kinds, and 2,000 more that begin a handshake.
        var count = LongRun.Scale(500, 5_000);
        var handshakes = LongRun.Scale(200, 2_000);
        foreach (var some in Enumerable.Range(0, count).Concat(Enumerable.Repeat(7, handshakes)).Chunk(100)) await Task.WhenAll(some.Select(OpenAsync));
        var among = await LatencyAsync(TimeSpan.FromSeconds(LongRun.Scale(3, 60)), () => WriteAsync(1));
        Assert.InRange(sockets.Count, (count + handshakes) * 9 / 10, count + handshakes);
        Say($"among {sockets.Count} slow sockets ({refused} refused)", quiet, among, before);
        var ended = await Task.WhenAll(sockets.Select(socket => socket.EndsAsync(seconds: 120)));
        Assert.True(ended.All(end => end), $"{ended.Count(end => !end)} of {ended.Length} are still open");
        foreach (var socket in sockets) socket.Dispose();
        Judge(quiet, among);
    }

    /// <summary>X36: connections, hellos of TLS, requests and log-ins, as fast as they go.</summary>
    private async Task FloodAsync(double[] quiet, long before)
    {
        using var over = new CancellationTokenSource();
        var done = new int[4];
        var login = Encoding.ASCII.GetBytes("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Basic " + Convert.ToBase64String("admin:wrong"u8) + "\r\nContent-Length: 2\r\n\r\n{}");
        var hello = Encoding.Latin1.GetBytes("\u0016\u0003\u0001\u0000\u0005\u0001\u0000\u0000\u0001\u0000");
        (int Port, byte[] What)[] kinds = [(9925, []), (9943, hello), (9933, Encoding.ASCII.GetBytes(Upgrade)), (9925, login)];
        var floods = Enumerable.Range(0, LongRun.Scale(8, 32)).Select(number => Task.Run(async () =>
        {
            var (port, what) = kinds[number % kinds.Length];
            while (!over.IsCancellationRequested)
            {
                try
                {
                    using var connection = await HostileConnection.OpenAsync(Strangers[number % Strangers.Length], Node, port);
                    if (what.Length > 0 && await connection.TrySendAsync(what)) await connection.ReadAsync(5);
                    Interlocked.Increment(ref done[number % kinds.Length]);
                }
                catch (Exception gone) when (gone is SocketException or OperationCanceledException)
                {
                    // Cut, which is what it is there for.
                }
            }
        })).ToArray();
        var among = await LatencyAsync(TimeSpan.FromSeconds(LongRun.Scale(4, 60)), () => WriteAsync(1));
        await over.CancelAsync();
        await Task.WhenAll(floods);
        Assert.All(done, each => Assert.True(each > 0, "a kind of flood did nothing"));
        Say($"under a flood ({done[0]} connections, {done[1]} hellos, {done[2]} upgrades, {done[3]} log-ins)", quiet, among, before);
        Judge(quiet, among);
    }

    /// <summary>A client that reads, and now and then does something else, from an address of its own.</summary>
    private async Task<double[]> LatencyAsync(TimeSpan time, Func<Task>? now)
    {
        var latencies = new List<double>();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var all = Stopwatch.StartNew();
        while (all.Elapsed < time || latencies.Count < 50)
        {
            var watch = Stopwatch.StartNew();
            Assert.Equal(200, (await _node.RunAsync(new { operation = "search_by_id", table = "dog", ids = new[] { 1 }, get_attributes = new[] { "id" } })).Status);
            latencies.Add(watch.Elapsed.TotalMilliseconds);
            if (now is not null && latencies.Count % 10 == 0) await now();
            await pace.WaitForNextTickAsync();
        }
        latencies.Sort();
        return [.. latencies];
    }

    private async Task WriteAsync(int rows)
    {
        await _node.CallAsync(new { operation = "insert", table = "dog", records = Enumerable.Range(_written + 1, rows).Select(id => new { id }) });
        _written += rows;
    }

    private async Task<bool> ArrivedAsync() =>
        (await _peer.RunAsync(new { operation = "search_by_id", table = "dog", ids = new[] { _written }, get_attributes = new[] { "id" } })) is { Status: 200, Body: var rows }
        && rows.GetArrayLength() == 1;

    /// <summary>Generous: whoever runs this shares its processors with the flood. The figures are what the report is for.</summary>
    private static void Judge(double[] quiet, double[] among) =>
        Assert.True(P(among, 99) < Math.Max(3_000, 20 * P(quiet, 99)), $"p99 {P(among, 99):0.0} ms instead of {P(quiet, 99):0.0} ms");

    private void Say(string what, double[] quiet, double[] among, long before) => TestContext.Current.TestOutputHelper?.WriteLine(
        $"{what}: p50 {P(among, 50):0.0} ms ({P(quiet, 50):0.0} quiet), p99 {P(among, 99):0.0} ms ({P(quiet, 99):0.0} quiet), {(_node.Memory() - before) >> 20} MB more");

    private static double P(double[] sorted, int percent) => sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];


    private const string Upgrade =
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: harperdb-replication-v1\r\n\r\n";
}
