using System.Diagnostics;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Harper.Core.Wire.Dictionaries;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>Proves R-P2P-16 and invariant 6: who does not read stops the one who sends, and costs it a bounded amount of memory.</summary>
public sealed class BackpressureSpecs : IAsyncDisposable
{
    private readonly InMemoryTransport _network = new();
    private ClusterNode? _node;

    public async ValueTask DisposeAsync()
    {
        if (_node is not null) await _node.DisposeAsync();
    }

    [Fact]
    public async Task A_reader_that_stops_should_pause_the_sender_and_get_everything_when_it_reads_on()
    {
        const int Rows = 16_000;
        _node = await ClusterNode.StartAsync(new ClusterNodeOptions("127.0.8.1") { Network = _network, Databases = ["data"] }.With("127.0.8.2"));
        await _node.TryCallAsync(new { operation = "create_table", database = "data", table = "dog", primary_key = "id" });
        await using var socket = await _network.DialAsync("127.0.8.2", "127.0.8.1");
        await socket.SendAsync(new ControlFrame.PeerName(new NodeName("127.0.8.2"), DatabaseName.Data, []));
        await socket.SendAsync(new ControlFrame.SubscriptionRequest([new SubscriptionEntry(new NodeName("127.0.8.1"), 0)]));
        // That it listens.
        await socket.SendAsync(new ControlFrame.CommittedUpdate(1));

        var filler = new string('x', 1000);
        for (var first = 0; first < Rows; first += 1000)
            await _node.CallAsync(new { operation = "insert", database = "data", table = "dog", records = Enumerable.Range(first, 1000).Select(id => new { id, name = filler }) });

        // 16 MB are written and nobody reads: what is on its way stays within the socket's buffers.
        await Wait.UntilAsync(() => Sending() is { PendingBytes: > 0 }, "the sender waits", seen: () => socket.Ended.IsCompleted ? $"closed: {socket.Ended.Result.Reason}" : $"open, {Sending()}");
        var sent = await SettledAsync();
        Assert.InRange(sent, 1, 4 * 1024 * 1024);

        var changes = new IncomingChanges(FrameLimits.Default);
        var keys = new HashSet<string>();
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        while (keys.Count < Rows)
        {
            var message = await socket.ReceiveAsync(deadline.Token) ?? throw new InvalidOperationException((await socket.Ended).Reason);
            if (ControlFrameCodec.IsControl(message.Span))
            {
                changes.Learn(ControlFrameCodec.Decode(message.Span, FrameLimits.Default));
                continue;
            }

            var transactions = new List<ReceivedTransaction>();
            changes.Read(message, transactions);
            foreach (var transaction in transactions)
                foreach (var change in transaction.Changes) keys.Add(change.Change.Key.ToString());
        }
    }

    /// <summary>Bytes sent, once they no longer grow.</summary>
    private async Task<long> SettledAsync()
    {
        var (sent, since) = (-1L, Stopwatch.StartNew());
        await Wait.UntilAsync(() =>
        {
            var now = Sending()?.BytesOut ?? 0;
            if (now != sent) since.Restart();
            sent = now;
            return since.Elapsed.TotalSeconds > 1.5;
        }, "the sender stops while nobody reads", seen: () => $"{sent} bytes");
        return sent;
    }

    private Harper.Actors.Peers.ConnectionStatus? Sending() =>
        _node!.Board.All.SelectMany(peer => peer.Databases.Values).Select(database => database.Sending).FirstOrDefault(status => status is not null);
}
