using System.Collections.Immutable;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Schema;
using Harper.Core.Storage.Memory;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>What a database does by itself over a real engine: trims its log, settles tombstones, evicts what expired. Proves rules 10, 13 and 25 and R-SYN-12 in the tree.</summary>
public sealed class UpkeepSpecs : HarperTestKit
{
    private static readonly TableName Dog = new("dog");
    private static readonly NodeName Peer = new("peer");

    private readonly OneMember _members = new();
    private readonly ShapeCache _shapes = new();

    [Fact]
    public async Task The_log_should_be_trimmed_by_age_but_not_past_what_a_member_has_not_confirmed()
    {
        var database = await OpenAsync();
        await ConfirmAsync(database, 1);
        await PutAsync(database, 1);
        var first = database.Engine.Positions.Head;
        await PutAsync(database, 2);
        await ConfirmAsync(database, first);
        await Wait.UntilAsync(() => Logged(database) == 1, "what the member confirmed is trimmed");
        await ConfirmAsync(database, database.Engine.Positions.Head);
        await Wait.UntilAsync(() => Logged(database) == 0, "and the rest once it is confirmed");
    }

    [Fact]
    public async Task Nothing_should_go_while_the_members_are_not_known_or_a_copy_is_served()
    {
        var database = await OpenAsync();
        _members.Known = false;
        using (database.HoldLog(0))
        {
            await PutAsync(database, 1);
            await ConfirmAsync(database, database.Engine.Positions.Head);
            _members.Known = true;
            await SettledOnceAsync();
            Assert.Equal(1, Logged(database));
        }
        await Wait.UntilAsync(() => Logged(database) == 0, "the copy has been served");
    }

    [Fact]
    public async Task A_log_above_its_cap_should_lose_its_oldest_entries_and_say_which_member_will_copy()
    {
        _maxLogBytes = 1;
        _retention = TimeSpan.FromDays(3);
        var events = CreateTestProbe();
        Sys.EventStream.Subscribe(events.Ref, typeof(ActorEvent));
        var database = await OpenAsync();
        await PutAsync(database, 1);
        await ConfirmAsync(database, database.Engine.Positions.Head);
        await PutAsync(database, 2);
        await PutAsync(database, 3);
        await Wait.UntilAsync(() => database.Engine.Positions.Floor.Values.Any(floor => floor > database.Engine.Positions.Confirmed[Peer]), "far above the cap nobody is waited for");
        var said = await events.FishForMessageAsync<ActorEvent>(happened => happened.Kind == "retention" && happened.Text.Contains("copy", StringComparison.Ordinal), Wait.Deadline);
        Assert.Contains($"Node {Peer} will need a copy of database 'data'", said.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tombstone_should_go_when_the_member_has_confirmed_it_and_is_in_step()
    {
        var database = await OpenAsync();
        await PutAsync(database, 1);
        await database.CommitAsync(new CommitRequest.Local([new LocalWrite(Dog, KeyCodec.FromNumber(1), WriteMode.Delete, EncodedRecord.Empty)], null));
        Assert.True(HasRow(database, 1));
        _members.InStep = false;
        await ConfirmAsync(database, database.Engine.Positions.Head);
        await Wait.UntilAsync(() => Logged(database) == 0, "the log's keeper has looked");
        Assert.True(HasRow(database, 1));
        _members.InStep = true;
        await Wait.UntilAsync(() => !HasRow(database, 1), "settled");
    }

    [Fact]
    public async Task Rows_that_expired_should_be_turned_into_tombstones()
    {
        var database = await OpenAsync(expirationSeconds: 0.2);
        _members.InStep = false;
        await PutAsync(database, 1);
        await Wait.UntilAsync(() => { using var view = database.OpenView(); return view.ReadRow(view.Catalog.Find(Dog)!, KeyCodec.FromNumber(1)) is { Exists: false }; }, "evicted");
    }

    private async Task SettledOnceAsync()
    {
        var settled = await OpenAsync("other");
        await PutAsync(settled, 1);
        await ConfirmAsync(settled, settled.Engine.Positions.Head);
        await Wait.UntilAsync(() => Logged(settled) == 0, "another log was trimmed meanwhile");
    }

    private async Task<IDatabaseHandle> OpenAsync(string name = "data", double? expirationSeconds = null)
    {
        var often = TimeSpan.FromMilliseconds(50);
        _node ??= await RunningNode.StartAsync(
            Sys,
            RealServices(new MemoryStoreFactory(), OurSettings with
            {
                Log = OurSettings.Log with { Retention = _retention, MaxBytes = _maxLogBytes, RetentionInterval = often, SettleInterval = often },
                Tables = OurSettings.Tables with { MinScanInterval = often },
            }) with { Members = _members },
            NodeChildren.None, TestContext.Current.CancellationToken);
        var (database, _) = await _node.Databases.CreateAsync(new DatabaseName(name));
        var table = new TableSpec(Dog, "id", [new AttributeDefinition(0, "id", IsPrimaryKey: true)]) { ExpirationSeconds = expirationSeconds };
        Assert.IsType<CommitResult.SchemaChanged>(await database.CommitAsync(new CommitRequest.Schema([new SchemaEdit.CreateTable(table)])));
        return database;
    }

    private TimeSpan _retention = TimeSpan.Zero;
    private long _maxLogBytes = 1L << 30;
    private RunningNode? _node;

    private async Task PutAsync(IDatabaseHandle database, int id)
    {
        var builder = new RecordBuilder(_shapes);
        builder.Clear();
        builder.SetNumber("id", id);
        var write = new LocalWrite(Dog, KeyCodec.FromNumber(id), WriteMode.Put, builder.Build());
        Assert.IsType<CommitResult.Written>(await database.CommitAsync(new CommitRequest.Local([write], null) { Bytes = 10 }));
    }

    private static async Task ConfirmAsync(IDatabaseHandle database, double position) =>
        await database.CommitAsync(new CommitRequest.Positions([new PositionUpdate.Confirmed(Peer, position)]));

    private static int Logged(IDatabaseHandle database) => database.Engine.ReadLog(0, int.MaxValue).Transactions.Length;

    private static bool HasRow(IDatabaseHandle database, int id)
    {
        using var view = database.OpenView();
        return view.ReadRow(view.Catalog.Find(Dog)!, KeyCodec.FromNumber(id)) is not null;
    }

    /// <summary>A cluster of this node and another one that is connected.</summary>
    private sealed class OneMember : IClusterMembers
    {
        public volatile bool Known = true;
        public volatile bool InStep = true;

        public ImmutableArray<MemberPresence>? Of(DatabaseName database) => Known ? [new MemberPresence(Peer, null, InStep)] : null;
    }
}
