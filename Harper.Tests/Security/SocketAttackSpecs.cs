using System.Diagnostics;
using System.Text;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Security;

/// <summary>
/// Frames of WebSockets and heads of HTTP that no decent client sends, over real sockets, from strangers and from a member (X30, X31, X35): each connection ends or is answered with a
/// refusal, the node lives, its memory stays where it was, and a member goes on.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class SocketAttackSpecs : IAsyncLifetime
{
    private const string Node = "127.0.43.31", Peer = "127.0.43.32", Stranger = "127.0.43.33", Member = "127.0.43.34";
    private const long MayGrow = 300L << 20;

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly HostProcess _node = new(Node, ("REPLICATION_ROUTES", $"[\"ws://{Peer}:9933\",\"ws://{Member}:9933\"]"), ("OPERATIONSAPI_NETWORK_HEADERSTIMEOUT", "2000"), ("REPLICATION_PINGINTERVAL", "5000"), ("LOGGING_LEVEL", "error"));
    private readonly HostProcess _peer = new(Peer, ("REPLICATION_ROUTES", $"[\"ws://{Node}:9933\"]"), ("LOGGING_LEVEL", "error"));

    public async ValueTask InitializeAsync()
    {
        await Task.WhenAll(_node.StartAndWaitAsync(), _peer.StartAndWaitAsync());
        await _node.CallAsync(new { operation = "create_table", table = "dog", primary_key = "id" });
        await CrossAsync(1);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _peer.DisposeAsync();
    }

    [Fact]
    public async Task Frames_and_heads_that_nobody_decent_sends_should_end_their_connection_and_nothing_else()
    {
        var before = _node.Memory();
        await Task.WhenAll(((string[])[Stranger, Member]).Select(async from =>
        {
            await Task.WhenAll(Frames().Select(one => FramesAsync(from, one.What, one.Frames)));
            Say($"frames of {from}");
            await PingsAsync(from);
            Say($"pings of {from}");
        }));
        await HeadsAsync();
        Say("heads");
        await CrossAsync(2);
        await Wait.UntilAsync(() => _node.Memory() - before < MayGrow, "the memory is given back");
    }

    private void Say(string what) => TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {_watch.Elapsed.TotalSeconds:0.0} s");

    private static IEnumerable<(string What, byte[][] Frames)> Frames() =>
    [
        ("a frame of a negative length", [[0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 1]]),
        ("a length in more bytes than it takes, and more than may be", [[0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]]),
        ("a continuation of nothing", [[0x80, 0x81, 0, 0, 0, 0, 1]]),
        ("a message within a message", [[0x02, 0x81, 0, 0, 0, 0, 1], [0x82, 0x81, 0, 0, 0, 0, 1]]),
        ("a compressed frame, which was not agreed on", [[0xC2, 0x81, 0, 0, 0, 0, 1]]),
        ("the other reserved bits", [[0xB2, 0x81, 0, 0, 0, 0, 1]]),
        ("opcodes that are none", [[0x83, 0x81, 0, 0, 0, 0, 1]]),
        ("control opcodes that are none", [[0x8B, 0x80, 0, 0, 0, 0]]),
        ("a frame without a mask", [[0x82, 0x01, 0x01]]),
        ("a ping in pieces", [[0x09, 0x81, 0, 0, 0, 0, 1]]),
        ("a ping that is too long", [[0x89, 0xFE, 0x01, 0x00, 0, 0, 0, 0, .. new byte[256]]]),
        ("a text", [[0x81, 0x85, 0, 0, 0, 0, .. "hello"u8]]),
        ("a text that is none", [[0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28]]),
        ("a goodbye of one byte", [[0x88, 0x81, 0, 0, 0, 0, 3]]),
        ("a goodbye with a code that nobody may send", [[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED]]),
        ("a goodbye with the code 0", [[0x88, 0x82, 0, 0, 0, 0, 0, 0]]),
        ("a goodbye with a reason that is no text", [[0x88, 0x84, 0, 0, 0, 0, 0x03, 0xE8, 0xC3, 0x28]]),
        ("a goodbye, and then more", [[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8], [0x82, 0x81, 0, 0, 0, 0, 1]]),
        ("HTTP again", [[.. "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8]]),
    ];

    private static async Task FramesAsync(string from, string what, byte[][] frames)
    {
        using var connection = await HostileConnection.OpenAsync(from, Node, 9933);
        await connection.UpgradeAsync(Node);
        foreach (var frame in frames) await connection.TrySendAsync(frame);
        // A member may claim what would take for ever: nothing is held for it, and its connection ends for want of an answer to a ping.
        Assert.True(await connection.EndsAsync(), $"{what}, from {from}: still open");
    }

    /// <summary>Pings are answered, and never read again: nothing may pile up. A stranger has no time for many.</summary>
    private static async Task PingsAsync(string from)
    {
        using var connection = await HostileConnection.OpenAsync(from, Node, 9933);
        await connection.UpgradeAsync(Node);
        var pings = Enumerable.Repeat((byte[])[0x89, 0x80 | 125, 0, 0, 0, 0, .. new byte[125]], 500).SelectMany(ping => ping).ToArray();
        long sent = 0;
        while (sent < 64L << 20 && await connection.TrySendAsync(pings, seconds: 2)) sent += pings.Length;
        TestContext.Current.TestOutputHelper?.WriteLine($"{sent >> 10} KB of pings were taken from {from}");
    }

    /// <summary>Each is refused or cut; two requests in one are never answered as two.</summary>
    private async Task HeadsAsync()
    {
        const string body = "{\"operation\":\"user_info\"}";
        (string What, string Head)[] heads =
        [
            ("headers of 64 KB", $"GET / HTTP/1.1\r\nHost: x\r\nX: {new string('x', 64 << 10)}\r\n\r\n"),
            ("a thousand headers", $"GET / HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 1_000).Select(i => $"X{i}: 1\r\n"))}\r\n"),
            ("a path of 64 KB", $"GET /{new string('x', 64 << 10)} HTTP/1.1\r\nHost: x\r\n\r\n"),
            ("two lengths", $"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: {body.Length}\r\n\r\n{body}"),
            ("a negative length", $"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{body}"),
            ("a length beyond numbers", $"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{body}"),
            ("chunks of which there is no end to the size", $"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{body}"),
            ("chunks whose size is none", $"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{body}"),
            ("an encoding that is none", $"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n{body}"),
            ("a header that is folded", "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n"),
            ("a space before the colon", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\n"),
            ("a zero in a header", "GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"),
            ("two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
            ("no host", "GET / HTTP/1.1\r\n\r\n"),
            ("another version", "GET / HTTP/9.9\r\nHost: x\r\n\r\n"),
            ("HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            ("TLS on a plain port", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"),
            ("nothing that is HTTP", "\0\0\0\0\r\n\r\n"),
        ];
        await Task.WhenAll(((int[])[9925, 9926, 9933]).Select(async port =>
        {
            foreach (var (what, head) in heads)
            {
                using var connection = await HostileConnection.OpenAsync(Stranger, Node, port);
                await connection.TrySendAsync(Encoding.Latin1.GetBytes(head));
                var answer = await connection.ReadToEndAsync();
                // Whoever begins with HTTP/2 is refused in HTTP/2.
                Assert.True(answer is null or "" || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal) || answer[0] == '\0', $"{what} on {port}: {answer}");
                Assert.False(answer is null, $"{what} on {port}: still open");
            }
        }));
        // Length and chunks at once: what follows the chunks is no request of its own to anybody.
        using var smuggler = await HostileConnection.OpenAsync(Stranger, Node, 9925);
        await smuggler.TrySendAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        Assert.DoesNotContain("HarperDB is running", await smuggler.ReadToEndAsync() ?? "", StringComparison.Ordinal);
    }

    private async Task CrossAsync(int id)
    {
        await _node.CallAsync(new { operation = "insert", table = "dog", records = new[] { new { id } } });
        await Wait.UntilAsync(
            async () => await _peer.RunAsync(new { operation = "search_by_id", table = "dog", ids = new[] { id }, get_attributes = new[] { "id" } }) is { Status: 200, Body: var rows } && rows.GetArrayLength() == 1,
            "the nodes replicate");
    }
}
