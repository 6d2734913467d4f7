using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Values;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// A peer that speaks as v5 is documented to (W 3.2, 5.2, 12): it dials us and we dial it. Proves rules 14, 18 and 22 with it: exclusion lists and their edits,
/// markers of copies, true origins, the acknowledged setup, references that are read and never sent, and its closes with 1011.
/// </summary>
public sealed class V5PeerSpecs : ScriptedPeerSpecBase
{
    private const string V5 = "127.0.0.12", A = "127.0.0.14", B = "127.0.0.15";
    private static readonly TableName Dog = new("dog");
    private static readonly V5Capabilities Acknowledges = new(true, 30_000);

    [Fact]
    public async Task Who_dials_with_an_exclusion_list_should_get_all_other_origins_under_their_names_and_may_edit_it()
    {
        var a = await StartAsync(A, V5, B);
        var b = await StartAsync(B, A);
        await a.InsertAsync("dog", 1, "a");
        await Wait.UntilAsync(() => b.Has("dog", 1), "they know each other");
        await b.InsertAsync("dog", 2, "b");
        await Wait.UntilAsync(() => a.Has("dog", 2), "both have both");

        await using var peer = await DialAsync(V5, A, Acknowledges);
        await peer.UntilAsync(() => peer.Frames.OfType<ControlFrame.PeerName>().Any());
        Assert.True(peer.Heard<ControlFrame.PeerName>().V5!.SubscriptionSetupAck);
        var id = new byte[] { 0xA2, (byte)'s', (byte)'7' };
        await peer.SendAsync(new ControlFrame.SubscriptionRequest([new SubscriptionEntry(new NodeName(A), 0)], [new NodeName(V5)], id));
        await peer.UntilAsync(() => peer.Frames.OfType<ControlFrame.CopyComplete>().Any());
        Assert.Equal(id, peer.Heard<ControlFrame.DbSchema>().SetupRequestId.ToArray());
        var start = peer.Heard<ControlFrame.CopyStart>();
        Assert.Equal(start.StartTime, peer.Position);
        Assert.NotEqual(1, start.OrderVersion);
        Assert.Equal([(Key(1), new NodeName(A)), (Key(2), new NodeName(B))], peer.Origins);
        await peer.SendAsync(new ControlFrame.CommittedUpdate(start.StartTime));

        await b.InsertAsync("dog", 3, "relayed");
        await peer.UntilAsync(() => peer.Origins.Contains((Key(3), new NodeName(B))));

        await peer.SendAsync(new ControlFrame.SubscriptionUpdate([new NodeName(B)], []));
        // What comes after the edit is known to be after it only by an answer on the same socket.
        await peer.SendAsync(new ControlFrame.OperationRequest(9, "{\"operation\":\"system_information\"}"u8.ToArray()));
        await peer.UntilAsync(() => peer.Frames.OfType<ControlFrame.OperationResponse>().Any());
        await b.InsertAsync("dog", 4, "excluded");
        await Wait.UntilAsync(() => a.Has("dog", 4), "it is at the source");
        await a.InsertAsync("dog", 5, "own");
        await peer.UntilAsync(() => peer.Rows.Contains(Key(5)));
        Assert.DoesNotContain(Key(4), peer.Rows);

        await peer.SendAsync(new ControlFrame.SubscriptionUpdate([], [new NodeName(B)]));
        await peer.UntilAsync(() => peer.Rows.Contains(Key(4)));
        Assert.Single(peer.Frames.OfType<ControlFrame.CopyStart>());
    }

    [Fact]
    public async Task Who_is_dialled_should_be_copied_with_its_origins_and_resumed_after_1011()
    {
        Listen(V5);
        var a = await StartAsync(A, V5);
        await using var first = await AcceptAsync(V5, Acknowledges);
        var request = await first.RequestAsync();
        Assert.Equal(0, request.Entries[0].StartTime);
        Assert.Contains(new NodeName(A), request.ExcludedNodes);
        Assert.False(request.SetupRequestId.IsEmpty);
        await first.SendAsync(new ControlFrame.DbSchema(
            [new AnnouncedTable(Dog, false, [new AnnouncedAttribute("id", null, true), new AnnouncedAttribute("name")])], DatabaseName.Data, request.SetupRequestId));
        await first.SendAsync(new ControlFrame.NodeNameToIdMap(
            ImmutableDictionary<NodeName, int>.Empty.Add(new NodeName(V5), 0).Add(new NodeName("127.0.0.99"), 3), []));
        await first.SendAsync(new ControlFrame.TableFixedStructure(8, Dog, new TableStructures([], [new Shape(["id", "name"])]), [new AnnouncedAttribute("id", null, true)]));
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 60_000;
        await first.SendAsync(new ControlFrame.CopyStart(now, 1));
        // Rows of several stamps in one message, one with references to other versions, one that should never have been sent.
        await first.SendAsync(OriginalMessages.Message(
            now - 5000, null, OriginalMessages.Entry(0x11, 0, 1, now - 5000), OriginalMessages.Entry(0x11 | AuditAction.AuditReferences, 3, 2, now - 4000), OriginalMessages.Entry(0x11 | AuditAction.LocalOnly, 0, 66, now - 3000)));
        await first.SendAsync(OriginalMessages.Message(now, now));
        await first.SendAsync(new ControlFrame.CopyComplete());
        await first.UntilAsync<ControlFrame.CommittedUpdate>(update => update.Position == now);
        Assert.True(a.Has("dog", 1) && a.Has("dog", 2));
        Assert.False(a.Has("dog", 66));
        Assert.Equal(now - 4000, LatestOf(a, 2).Version);
        Assert.Equal("127.0.0.99", LatestOf(a, 2).Origin.Value);
        Assert.Null(a.Databases.Find(DatabaseName.Data)!.Engine.Positions.Copy);

        await first.SendAsync(OriginalMessages.Message(now + 10, now + 11, OriginalMessages.Entry(0x25, 0, 1, now + 10)));
        await first.UntilAsync<ControlFrame.CommittedUpdate>(update => update.Position == now + 11);
        await first.CloseAsync(1011, "undecodable");

        await using var second = await AcceptAsync(V5, Acknowledges);
        request = await second.RequestAsync();
        Assert.Equal(now + 11, request.Entries[0].StartTime);
        // An answer without the promised id is not the answer: data that comes on it is taken all the same.
        await second.SendAsync(new ControlFrame.DbSchema([], DatabaseName.Data));
        await second.SendAsync(new ControlFrame.DbSchema([], DatabaseName.Data, request.SetupRequestId));
        await Wait.UntilAsync(() => a.Connected is [V5], "it counts as connected once it was acknowledged");
    }

    private static Harper.Core.Records.Stamp LatestOf(ClusterNode node, int id)
    {
        using var view = node.Databases.Find(DatabaseName.Data)!.OpenView();
        return view.ReadRow(view.Catalog.Find(Dog)!, Key(id))!.Latest;
    }

    private static RecordKey Key(int id) => KeyCodec.FromNumber(id);
}
