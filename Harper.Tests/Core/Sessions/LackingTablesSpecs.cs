using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Sessions;
using Harper.Core.Wire.Control;
using Xunit;
using static Harper.Tests.Core.Sessions.SessionScenes;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves rules 12 and 20 as far as asking goes for what is lacking of an origin: of whom, when, and when not.</summary>
public sealed class LackingTablesSpecs
{
    [Fact]
    public void Rule_12_tables_that_lack_changes_of_the_peer_or_of_whom_it_relays_should_be_copied_from_it()
    {
        var fourth = new NodeName("127.0.0.5");
        var noCats = TableFilter.AllBut([new TableName("cat")]);
        var lacking = WithHistory with
        {
            PeerIncarnations = ImmutableDictionary<NodeName, Guid>.Empty.Add(Peer, Theirs), Through = Vector((Peer, 10), (Third, 20)),
            Covers = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(Third, noCats).Add(fourth, TableFilter.None),
        };
        static ControlFrame.NodeNameToIdMap Map(params (NodeName Origin, TableFilter Tables)[] covers) =>
            new(ImmutableDictionary<NodeName, int>.Empty, []) { Covers = covers.ToImmutableDictionary(each => each.Origin, each => each.Tables) };

        // What comes directly is asked for there; what the peer lacks too, not at all, until it has it.
        var drive = new ReceivingDrive(Receiving(), lacking);
        drive.On(new ReceivingEvent.DirectChanged([fourth])).Named(OursNamed(Peer)).Turn().Frame(new ControlFrame.DbSchema([], DatabaseName.Data)).Frame(Map((Third, noCats)));
        Assert.Equal(ReceivingPhase.Streaming, drive.State.Phase);
        drive.Now += 6_000;
        Assert.Empty(drive.On(ReceivingEvent.Tick.Instance).Last);
        drive.Frame(Map());
        drive.Now += 6_000;
        Assert.True(drive.On(ReceivingEvent.Tick.Instance).Of<ReceivingEffect.AskTurn>().Copy);
        Assert.Equal(TableFilter.Only([new TableName("cat")]), drive.Turn().Request.Entries[0].CopyResume!.Only);
    }

    [Fact]
    public void Rule_12_a_source_should_be_copied_from_only_when_it_has_more_than_is_here_and_be_asked_how_far_it_is_until_then()
    {
        var dogs = new TableName("dog");
        var lacking = WithHistory with
        {
            PeerIncarnations = ImmutableDictionary<NodeName, Guid>.Empty.Add(Peer, Theirs), Through = Vector((Peer, 10), (Third, 20)),
            Covers = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(Third, TableFilter.AllBut([dogs])), Parts = OriginParts.None.Raised(Third, dogs, 15),
        };
        static ControlFrame.NodeNameToIdMap Map(double reached) => new(ImmutableDictionary<NodeName, int>.Empty, []) { Through = Vector((Third, reached)) };
        var drive = new ReceivingDrive(Receiving(), lacking).Named(OursNamed(Peer)).Turn().Frame(new ControlFrame.DbSchema([], DatabaseName.Data)).Frame(Map(15));

        // It has all of the table up to where this node has it: nothing comes of a copy. It says with each answer where it is.
        Assert.Equal(ReceivingPhase.Streaming, drive.State.Phase);
        drive.Now += 6_000;
        Assert.Null(drive.On(ReceivingEvent.Tick.Instance).Request.Entries[0].CopyResume);
        drive.Frame(Map(15));
        Assert.Equal(ReceivingPhase.Streaming, drive.State.Phase);

        // Further on than that, it is worth a copy, also where this node stands higher.
        drive.Now += 21_000;
        drive.On(ReceivingEvent.Tick.Instance);
        Assert.True(drive.Frame(Map(17)).Of<ReceivingEffect.AskTurn>().Copy);
        Assert.Equal(TableFilter.Only([dogs]), drive.Turn().Request.Entries[0].CopyResume!.Only);
    }

    [Fact]
    public void Rule_12_who_has_more_of_a_table_of_which_nobody_has_all_should_be_copied_from()
    {
        var dogs = new TableName("dog");
        var noDogs = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(Third, TableFilter.AllBut([dogs]));
        var lacking = WithHistory with { PeerIncarnations = ImmutableDictionary<NodeName, Guid>.Empty.Add(Peer, Theirs), Through = Vector((Peer, 10), (Third, 20)), Covers = noDogs };
        var drive = new ReceivingDrive(Receiving(), lacking).Named(OursNamed(Peer)).Turn().Frame(new ControlFrame.DbSchema([], DatabaseName.Data));
        drive.Frame(new ControlFrame.NodeNameToIdMap(ImmutableDictionary<NodeName, int>.Empty, []) { Covers = noDogs, Parts = OriginParts.None.Raised(Third, dogs, 12), Through = Vector((Third, 20)) });
        Assert.Equal(TableFilter.Only([dogs]), drive.Turn().Request.Entries[0].CopyResume!.Only);
    }

    /// <summary>Rule 20: a full copy takes everything here, and brings what the peer lets pass.</summary>
    [Fact]
    public void Rule_20_a_copy_should_not_be_believed_to_bring_a_part_of_a_table_that_the_peer_does_not_let_pass()
    {
        var (dogs, cats) = (new TableName("dog"), new TableName("cat"));
        var drive = new ReceivingDrive(Receiving(), Empty).Named(OursNamed(Peer)).Turn().Frame(new ControlFrame.NodeNameToIdMap(ImmutableDictionary<NodeName, int>.Empty, [])
        {
            Offered = TableFilter.AllBut([cats]), Covers = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(Third, TableFilter.None),
            Parts = OriginParts.None.Raised(Third, dogs, 12).Raised(Third, cats, 12), Through = Vector((Third, 20)),
        });
        drive.Frame(new ControlFrame.CopyStart(Now, CopyWalk.OrderVersion, new CopySource(Vector((Third, 20)), Vector(), Theirs) { Answers = 1 }));
        var parts = drive.Commits<Harper.Core.Commit.CommitRequest.CopyChunk>().First().Cursor.Parts;
        Assert.Equal((12, 0), (parts.Of(Third, dogs), parts.Of(Third, cats)));
    }
}
