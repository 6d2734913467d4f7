using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Security;

/// <summary>
/// A real node against clients and peers who mean harm: bombs of depth and size in every form of a body, messages without an end, frames that lie, those who never
/// finish. The process lives, answers others meanwhile, and its memory stays where it was. Invariants 6 and 9.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class HostileSpecs : IAsyncLifetime
{
    private const string Stranger = "127.0.42.44";
    private const string Member = "127.0.42.45";
    private const long MayGrow = 400L << 20;

    private readonly HostProcess _node = new(
        "127.0.42.41", ("REPLICATION_ROUTES", $"[\"ws://{Member}:9933\"]"), ("OPERATIONSAPI_NETWORK_HEADERSTIMEOUT", "2000"), ("OPERATIONSAPI_NETWORK_KEEPALIVETIMEOUT", "4000"), ("LOGGING_LEVEL", "error"));

    public async ValueTask InitializeAsync()
    {
        await _node.StartAndWaitAsync();
        await _node.RunAsync(new { operation = "create_table", table = "dog", primary_key = "id" });
        await _node.RunAsync(new { operation = "create_table", table = "wide", primary_key = "id" });
        await _node.RunAsync(new { operation = "insert", table = "dog", records = new[] { new { id = 1 } } });
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Nothing_that_a_hostile_client_or_peer_sends_should_break_the_node()
    {
        var before = _node.Memory();
        foreach (var attack in (Func<Task>[])[BodyBombsAsync, ClaimedSizesAsync, HeadersWithoutEndAsync, FramesThatLieAsync, FuzzedMemberAsync, SlowAsync])
        {
            var watch = Stopwatch.StartNew();
            await attack();
            await AliveAsync();
            TestContext.Current.TestOutputHelper?.WriteLine($"{attack.Method.Name}: {watch.Elapsed.TotalSeconds:0.0} s, {(_node.Memory() - before) >> 20} MB more");
        }
        await Wait.UntilAsync(() => _node.Memory() - before < MayGrow, "the memory is given back");
    }

    private async Task BodyBombsAsync()
    {
        const int depth = 100_000;
        var deep = new string('[', depth) + new string(']', depth);
        var deepObjects = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
        string[] values = [deep, deepObjects, "1e400", "-1e400", "[" + string.Join(',', Enumerable.Repeat("1e999", 10_000)) + "]", "\"" + new string('x', 1 << 20) + "\"", new string('9', 1 << 17)];
        foreach (var value in values)
            foreach (var form in (string[])["{\"operation\":\"insert\",\"table\":\"dog\",\"records\":[{\"id\":2,\"v\":@}]}", "{\"operation\":\"search_by_conditions\",\"table\":\"dog\",\"conditions\":@}", "{\"operation\":\"add_role\",\"role\":\"r\",\"permission\":@}", "{\"operation\":\"user_info\",\"impersonate\":@}"])
                await SendAsync(Encoding.UTF8.GetBytes(form.Replace("@", value, StringComparison.Ordinal)), "application/json");
        // Many keys, the same key again and again, and keys that were chosen to collide in weaker tables.
        await SendAsync(Encoding.UTF8.GetBytes("{\"operation\":\"insert\",\"table\":\"wide\",\"records\":[{\"id\":3," + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"k{i}\":1")) + "}]}"), "application/json");
        await SendAsync(Encoding.UTF8.GetBytes("{\"operation\":\"user_info\"," + string.Join(',', Enumerable.Repeat("\"a\":1", 500_000)) + "}"), "application/json");
        await SendAsync([.. "{\"operation\":\"insert\",\"table\":\"dog\",\"records\":[{\"id\":\""u8, 0xC3, 0x28, 0xFF, 0xFE, .. "\"}]}"u8], "application/json");
        foreach (var (type, open) in ((string, byte)[])[("application/cbor", 0x81), ("application/x-msgpack", 0x91), ("application/cbor", 0x9F), ("application/cbor", 0xBF), ("application/cbor", 0xC0)])
        {
            await SendAsync(Enumerable.Repeat(open, depth).ToArray(), type);
            // A map with an operation, whose other value is the bomb.
            await SendAsync([(byte)(type.EndsWith("cbor", StringComparison.Ordinal) ? 0xA2 : 0x82), .. Text(type, "operation"), .. Text(type, "user_info"), .. Text(type, "x"), .. Enumerable.Repeat(open, depth)], type);
        }
        // Lengths that are claimed and never come.
        await SendAsync([0x9B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "application/cbor");
        await SendAsync([0x5B, 0x00, 0x00, 0x00, 0x00, 0x7F, 0xFF, 0xFF, 0xFF, 0x01], "application/cbor");
        await SendAsync([0xDD, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "application/x-msgpack");
        await SendAsync([0xDF, 0x7F, 0xFF, 0xFF, 0xFF, 0x01], "application/x-msgpack");
        await SendAsync([0xC6, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "application/x-msgpack");
    }

    /// <summary>What is claimed is not allocated, and a stranger may not even send what a user may.</summary>
    private async Task ClaimedSizesAsync()
    {
        var open = new List<HostileConnection>();
        for (var i = 0; i < 100; i++)
        {
            var connection = await HostileConnection.OpenAsync(Stranger, _node.Address, 9925);
            open.Add(connection);
            await connection.TrySendAsync(Encoding.ASCII.GetBytes("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n{"));
        }
        foreach (var connection in open)
        {
            Assert.StartsWith("HTTP/1.1 401", await connection.ReadAsync(), StringComparison.Ordinal);
            connection.Dispose();
        }
    }

    private async Task HeadersWithoutEndAsync()
    {
        foreach (var port in (int[])[9925, 9926, 9933])
        {
            using var connection = await HostileConnection.OpenAsync(Stranger, _node.Address, port);
            await connection.TrySendAsync("GET / HTTP/1.1\r\nHost: x\r\n"u8.ToArray());
            var line = Encoding.ASCII.GetBytes("X-Long: " + new string('x', 8000) + "\r\n");
            var sent = 0;
            while (sent < 100 << 20 && await connection.TrySendAsync(line)) sent += line.Length;
            Assert.True(sent < 32 << 20, $"{sent} bytes of headers were taken on {port}");
        }
    }

    private async Task FramesThatLieAsync()
    {
        foreach (var from in (string[])[Stranger, Member])
        {
            // A member that claims what may be claimed has the time of every peer to send it.
            ulong[] claims = from == Member ? [ulong.MaxValue, 1UL << 63] : [ulong.MaxValue, 1UL << 63, (1UL << 63) - 1, 1UL << 31, 100_000_000];
            await Task.WhenAll(claims.Select(async claimed =>
            {
                using var connection = await HostileConnection.OpenAsync(from, _node.Address, 9933);
                await connection.UpgradeAsync(_node.Address);
                await connection.FrameAsync(new byte[16], claimed: claimed);
                Assert.True(await connection.EndsAsync(), $"{claimed} bytes claimed from {from}");
            }));
            // A message of fragments that never ends.
            using var endless = await HostileConnection.OpenAsync(from, _node.Address, 9933);
            await endless.UpgradeAsync(_node.Address);
            var fragment = new byte[64 * 1024];
            long taken = 0;
            for (byte head = 0x02; taken < 400L << 20 && await endless.FrameAsync(fragment, head); head = 0x00) taken += fragment.Length;
            Assert.True(taken < (from == Stranger ? 16L : 200L) << 20, $"{taken} bytes without an end were taken from {from}");
        }
    }

    /// <summary>Frames of real sessions, damaged, from an address that is a member: in any order, before and after a good beginning.</summary>
    private async Task FuzzedMemberAsync()
    {
        var frames = Core.Wire.WireVectors.Frames().Select(frame => frame.Bytes).Where(bytes => bytes.Length < 8192).ToList();
        var random = new Random(20261125);
        var sent = 0;
        for (var session = 0; session < LongRun.Scale(150, 5_000); session++)
        {
            using var connection = await HostileConnection.OpenAsync(Member, _node.Address, 9933);
            await connection.UpgradeAsync(_node.Address);
            for (var count = 0; count < 30; count++, sent++)
            {
                var frame = frames[random.Next(frames.Count)].ToArray();
                for (var times = random.Next(0, 4); times > 0; times--) frame[random.Next(frame.Length)] = (byte)random.Next(256);
                if (random.Next(4) == 0) frame = frame[..random.Next(1, frame.Length + 1)];
                if (!await connection.FrameAsync(frame)) break;
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{sent} damaged frames over live sockets");
        var (_, rows) = await _node.RunAsync(new { operation = "search_by_value", table = "dog", attribute = "id", value = "*", get_attributes = new[] { "id" } });
        Assert.Contains(rows.EnumerateArray(), row => row.GetProperty("id").ToString() == "1");
    }

    /// <summary>Those who never finish cost others nothing, and are hung up on.</summary>
    private async Task SlowAsync()
    {
        var slow = new List<HostileConnection>();
        foreach (var start in (string[])["", "GET", "POST / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{"])
            for (var i = 0; i < 100; i++)
            {
                var connection = await HostileConnection.OpenAsync(Stranger, _node.Address, i % 2 == 0 ? 9925 : 9933);
                if (start.Length > 0) await connection.TrySendAsync(Encoding.ASCII.GetBytes(start));
                slow.Add(connection);
            }
        var latencies = new List<double>();
        for (var i = 0; i < 100; i++)
        {
            var watch = Stopwatch.StartNew();
            Assert.Equal(200, (await _node.RunAsync(new { operation = "search_by_id", table = "dog", ids = new[] { 1 }, get_attributes = new[] { "id" } })).Status);
            latencies.Add(watch.Elapsed.TotalMilliseconds);
        }
        latencies.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine($"among 400 slow connections: p50 {latencies[50]:0.0} ms, p99 {latencies[98]:0.0} ms");
        Assert.True(latencies[50] < 2000, $"p50 {latencies[50]} ms");
        var ended = await Task.WhenAll(slow.Select(connection => connection.EndsAsync(seconds: 120)));
        Assert.True(ended.All(end => end), $"{ended.Count(end => !end)} of {ended.Length} slow connections are still open");
        foreach (var connection in slow) connection.Dispose();
    }

    private async Task SendAsync(byte[] body, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.Authorization = HostProcess.Basic("admin", "Abc1234!");
        var watch = Stopwatch.StartNew();
        using var answer = await _node.Client.SendAsync(request);
        if (watch.Elapsed.TotalSeconds > 1) TestContext.Current.TestOutputHelper?.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s for {body.Length} bytes: {Encoding.Latin1.GetString(body, 0, Math.Min(80, body.Length))}");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode is 200 or (>= 400 and < 500) || text.Contains("get_attributes", StringComparison.Ordinal),
            $"{type}, {body.Length} bytes, {Encoding.Latin1.GetString(body, 0, Math.Min(80, body.Length))}: {answer.StatusCode} {text[..Math.Min(300, text.Length)]}");
    }

    private static byte[] Text(string type, string text) => [(byte)((type.EndsWith("cbor", StringComparison.Ordinal) ? 0x60 : 0xA0) + text.Length), .. Encoding.ASCII.GetBytes(text)];

    private async Task AliveAsync() => Assert.Equal(200, (await _node.RunAsync(new { operation = "describe_all" })).Status);
}
