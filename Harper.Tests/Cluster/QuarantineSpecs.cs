using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Wire.Control;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves rule 24 and invariant 8 between an original that sends what cannot be stored, a node of ours that hears it, one that hears only of that, and one that copies from it.
/// </summary>
public sealed class QuarantineSpecs : ScriptedPeerSpecBase
{
    private const string Original = "127.0.0.12", A = "127.0.0.14", B = "127.0.0.15", C = "127.0.0.16";

    /// <summary>A reference to a blob that comes in chunks: <c>[{size: 20000}, 1, "2a"]</c>.</summary>
    private static readonly byte[] Blob =
        [0xC7, 0x0E, 0x0B, 0x93, 0x81, 0xA4, (byte)'s', (byte)'i', (byte)'z', (byte)'e', 0xCD, 0x4E, 0x20, 0x01, 0xA2, (byte)'2', (byte)'a'];

    [Fact]
    public async Task What_cannot_be_stored_should_be_set_aside_whole_shown_and_passed_on_as_it_came()
    {
        Listen(Original);
        var a = await StartAsync(A, Original, B, C);
        var b = await StartAsync(B, A);
        await a.InsertAsync("dog", 1, "a");
        await Wait.UntilAsync(() => b.Has("dog", 1), "ours are connected");

        await using var peer = await AcceptAndAnswerAsync(Original);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await peer.SendAsync(OriginalMessages.Message(now, now));
        await peer.UntilAsync<ControlFrame.CommittedUpdate>(update => update.Position == now);

        // A transaction of two rows, one of them with a blob; its chunks; a row that lives elsewhere, one that moves; then an ordinary one.
        await peer.SendAsync(OriginalMessages.Message(
            now + 1, now + 1, OriginalMessages.Entry(0x11, 0, 2, now + 1), OriginalMessages.Entry(0x2011, 0, 3, now + 1, Blob)));
        var content = new byte[20_000];
        new Random(5).NextBytes(content);
        await peer.SendAsync(new ControlFrame.BlobChunk("2a", 20_000, false, null, content.AsMemory(0, 8192)));
        await peer.SendAsync(new ControlFrame.BlobChunk("2a", null, true, null, content.AsMemory(8192)));
        await peer.SendAsync(OriginalMessages.Message(now + 2, now + 2, OriginalMessages.Entry(0x24, 0, 4, now + 2)));
        await peer.SendAsync(OriginalMessages.Message(now + 3, now + 3, OriginalMessages.Entry(0x06, 0, 5, now + 3, [])));
        await peer.SendAsync(OriginalMessages.Message(now + 4, now + 4, OriginalMessages.Entry(0x11, 0, 6, now + 4)));
        await peer.UntilAsync<ControlFrame.CommittedUpdate>(update => update.Position == now + 4);

        await Wait.UntilAsync(() => b.Has("dog", 6), "the stream goes on through both");
        foreach (var node in Nodes)
        {
            for (var id = 2; id <= 5; id++) Assert.False(node.Has("dog", id));
            Assert.Equal(3, Quarantine(node).Length);
            Assert.Equal(3, Quarantined(await node.CallAsync(new { operation = "cluster_status" })));
        }

        Assert.Equal(Describe(a), Describe(b));
        Assert.Contains("blob", Quarantine(b)[0].Reason, StringComparison.Ordinal);
        await Wait.UntilAsync(() => Content(b).SequenceEqual(content), "the content of the blob went on with it");
        Assert.Equal(content, Content(a));

        // Who comes later copies it with the rows.
        var c = await StartAsync(C, A);
        await Wait.UntilAsync(() => c.Has("dog", 6), "the rows are copied");
        await Wait.UntilAsync(() => c.Databases.Find(DatabaseName.Data)!.Engine.Positions is { Copy: null, HasHistory: true }, "to the end");
        Assert.Equal(Describe(a), Describe(c));
        Assert.Equal(content, Content(c));
        Assert.Equal(3, Quarantined(await c.CallAsync(new { operation = "cluster_status" })));

        // It outlives a restart, and what comes once more is not counted twice.
        await b.DisposeAsync();
        b = await b.StartAgainAsync();
        Nodes[1] = b;
        await a.InsertAsync("dog", 7, "later");
        await Wait.UntilAsync(() => b.Has("dog", 7), "it is in step again");
        Assert.Equal(3, Quarantine(b).Length);
        Assert.Equal(content, Content(b));
    }

    private static byte[] Content(ClusterNode node)
    {
        using var view = node.Databases.Find(DatabaseName.Data)!.OpenView();
        return [.. Quarantine(node).SelectMany(entry => view.ReadBlobs(entry.Transaction.Stamp)).SelectMany(piece => piece.Content.ToArray())];
    }

    private static ImmutableArray<QuarantinedTransaction> Quarantine(ClusterNode node) => node.Databases.Find(DatabaseName.Data)!.Engine.ReadQuarantine(10);

    private static string Describe(ClusterNode node) => string.Join('\n', Quarantine(node).Select(entry =>
        $"{entry.Transaction.Stamp} {string.Join(' ', entry.Transaction.Changes.Select(change =>
            $"{change.Table} {change.Kind} {Convert.ToHexString(change.Key.Span)} {string.Join(',', change.Value.Shape.Names)} {Convert.ToHexString(change.Value.Values.Span)}"))}"));

    private static int Quarantined(JsonElement status) => status.GetProperty("connections").EnumerateArray()
        .SelectMany(connection => connection.GetProperty("database_sockets").EnumerateArray())
        .Max(socket => socket.TryGetProperty("quarantinedTransactions", out var count) ? count.GetInt32() : 0);
}
