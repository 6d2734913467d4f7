using System.Collections.Concurrent;
using System.Collections.Immutable;
using Harper.Actors.Transport;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Harper.Core.Wire.Dictionaries;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves rules 14 and 15 and R-SYN-08 against a peer that sends what an original 4.7.29 was recorded to send, and that reads what an original reads
/// (R-TXN-01..04, W 5.1, 13.14).
/// </summary>
public sealed class OriginalPeerSpecs : IAsyncDisposable
{
    private const string Original = "127.0.0.12";
    private static readonly DatabaseName Wiredb = new("wiredb");

    private readonly InMemoryTransport _network = new();
    private readonly ConcurrentQueue<ControlFrame> _heard = new();
    private readonly List<IPeerSocket> _sockets = [];
    private ClusterNode? _node;

    public async ValueTask DisposeAsync()
    {
        if (_node is not null) await _node.DisposeAsync();
        foreach (var socket in _sockets) await socket.DisposeAsync();
    }

    [Fact]
    public async Task A_recorded_copy_should_become_rows_tombstones_and_a_cursor_that_a_restart_goes_on_from()
    {
        var frames = WireVectors.Root.GetProperty("sessions").EnumerateArray().Single(session => session.GetProperty("id").GetString() == "peer-full-copy")
            .GetProperty("frames").EnumerateArray().Where(frame => frame.GetProperty("from").GetString() == Original)
            .Select(frame => WireVectors.Hex(frame)).ToList();
        _network.Listen($"{Original}:9933", new PeerSocketSettings(), (socket, _) => PlayAsync(socket, frames));
        await StartAsync();

        // Its log must reach back to what it is asked for later, and it was recorded long ago.
        var database = _node!.Databases.Find(Wiredb)!;
        await Wait.UntilAsync(() => Heard<ControlFrame.CommittedUpdate>().Any(update => update.Position == 1795418452806.995), "the last position is confirmed");
        var now = (double)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (var socket in _sockets.ToArray()) await socket.SendAsync(new ControlFrame.SequenceIdUpdate(now));
        await Wait.UntilAsync(() => database.Engine.Positions.Cursors.GetValueOrDefault(new NodeName(Original)) == now, "a later one is kept");
        var positions = database.Engine.Positions;
        Assert.Null(positions.Copy);
        Assert.Contains("age:3", Read("p3"));
        Assert.Contains("\"FromPeer", Read("p2"));
        Assert.Contains("weight:12.5", Read("rex"));
        using (var view = database.OpenView())
        {
            var row = view.ReadRow(view.Catalog.Find(new TableName("dog"))!, KeyCodec.FromNumber(1));
            Assert.False(row!.Exists);
            Assert.Equal(1795418220361.8506, row.Base.Version);
        }

        _heard.Clear();
        _node = await RestartAsync();
        await Wait.UntilAsync(() => Requests().Any(), "it asks again");
        Assert.Equal(now, Requests().First().Entries[0].StartTime);
    }

    [Fact]
    public async Task An_original_that_dials_should_be_copied_to_then_streamed_to_and_resumed_from_what_it_confirmed()
    {
        await StartAsync();
        await WriteAsync(1, 2, 3);
        await using var first = await DialAsync();
        await first.AskAsync("127.0.0.14", 0);
        await first.UntilAsync(() => first.Position is not null && first.Rows.Count == 3);
        Assert.All(first.Stamps, stamp => Assert.True(stamp > 0));

        await WriteAsync(4);
        await first.UntilAsync(() => first.Rows.Count == 4);
        var confirmed = first.Position!.Value;
        await first.SendAsync(new ControlFrame.CommittedUpdate(confirmed));
        await Wait.UntilAsync(() => Confirmed() == confirmed, "the confirmation is kept");
        await first.DisposeAsync();
        await WriteAsync(5);

        // It asks by its clock, as originals do that see no leader in us: what it has not confirmed comes all the same.
        await using var second = await DialAsync();
        await second.AskAsync("127.0.0.14", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 100_000);
        await second.UntilAsync(() => second.Rows.Contains(KeyCodec.FromNumber(5)));
        Assert.DoesNotContain(second.Frames, frame => frame is ControlFrame.CopyStart);
    }

    /// <summary>One that starts asks before it takes anything, and confirms what comes later: what it threw away would be missing for good.</summary>
    [Fact]
    public async Task An_original_that_does_not_listen_yet_should_be_sent_no_row()
    {
        await StartAsync();
        await WriteAsync(1, 2, 3);
        await using var peer = await DialAsync();
        peer.Deaf = 3;
        await peer.AskAsync("127.0.0.14", 0);
        await peer.UntilAsync(() => peer.Position is not null);
        Assert.Equal((0, 3), (peer.Deaf, peer.Rows.Count));
        Assert.Null(Confirmed());
    }

    /// <summary>Rule 15.</summary>
    [Fact]
    public async Task An_original_that_never_confirmed_anything_should_be_copied_to_however_late_it_asks_to_begin()
    {
        await StartAsync();
        await WriteAsync(1, 2);
        await using var peer = await DialAsync();
        await peer.AskAsync("127.0.0.14", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 100_000);
        await peer.UntilAsync(() => peer.Rows.Count == 2 && peer.Position is not null);
        Assert.Contains(peer.Frames, frame => frame is ControlFrame.CopyStart);
    }

    private double? Confirmed() =>
        _node!.Databases.Find(Wiredb)!.Engine.Positions.Confirmed.TryGetValue(new NodeName(Original), out var position) ? position : null;

    private IEnumerable<T> Heard<T>() where T : ControlFrame => _heard.OfType<T>();

    private IEnumerable<ControlFrame.SubscriptionRequest> Requests() =>
        Heard<ControlFrame.SubscriptionRequest>().Where(request => request.Entries.Length > 0 && !request.Entries[0].Tables.Contains(new TableName("hdb_user")));

    private async Task StartAsync()
    {
        _node = await ClusterNode.StartAsync(
            new ClusterNodeOptions("127.0.0.14") { Network = _network, Databases = ["wiredb"] }.With(Original));
        await _node.TryCallAsync(new { operation = "create_database", database = "wiredb" });
    }

    private async Task<ClusterNode> RestartAsync()
    {
        await _node!.DisposeAsync();
        return await _node.StartAgainAsync();
    }

    private async Task WriteAsync(params int[] ids)
    {
        await _node!.TryCallAsync(new { operation = "create_table", database = "wiredb", table = "cat", primary_key = "id" });
        await _node.CallAsync(new { operation = "insert", database = "wiredb", table = "cat", records = ids.Select(id => new { id, name = $"cat {id}" }) });
    }

    private string Read(string key)
    {
        using var view = _node!.Databases.Find(Wiredb)!.OpenView();
        foreach (var table in view.Catalog.Tables.Values)
            if (view.TryRead(table, KeyCodec.FromText(key), out var record)) return WireVectors.Describe(record.Record);
        return "nothing";
    }

    /// <summary>The recorded acceptor: answers NODE_NAME with its own, and the first request with all it was recorded to send.</summary>
    private async Task PlayAsync(IPeerSocket socket, List<byte[]> frames)
    {
        _sockets.Add(socket);
        socket.Identified();
        while (await socket.ReceiveAsync(default) is { } message)
        {
            var frame = ControlFrameCodec.Decode(message.Span, FrameLimits.Default);
            _heard.Enqueue(frame);
            if (frame is ControlFrame.PeerName { Database.Value: "wiredb" }) await socket.SendAsync(frames[0], default);
            else if (frame is ControlFrame.PeerName other) await socket.SendAsync(new ControlFrame.PeerName(new NodeName(Original), other.Database, []));
            else if (frame is ControlFrame.SubscriptionRequest { Entries: [{ StartTime: 0 }, ..] })
                foreach (var recorded in frames.Skip(1)) await socket.SendAsync(recorded, default);
        }
    }

    private async Task<ScriptedSubscriber> DialAsync()
    {
        var subscriber = new ScriptedSubscriber(await _network.DialAsync(Original, "127.0.0.14"));
        await subscriber.SendAsync(new ControlFrame.PeerName(new NodeName(Original), Wiredb, []));
        return subscriber;
    }
}
