using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Sessions;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Xunit;
using static Harper.Tests.Core.Sessions.SessionScenes;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves rules 12, 13, 14, 16, 18, 19, 20 and 21 as far as asking goes; R-NRP-08, R-SYN-05.</summary>
public sealed class ReceivingRequestSpecs
{
    [Fact]
    public void Rule_12_between_ours_every_known_origin_should_be_asked_for_by_its_vector_without_those_that_come_directly()
    {
        var fourth = new NodeName("127.0.0.5");
        var drive = new ReceivingDrive(Receiving(), WithHistory with { Through = Vector((Peer, 10), (Third, 20), (fourth, 30), (Self, 40)) });
        drive.On(new ReceivingEvent.DirectChanged([fourth])).Named(OursNamed(Peer)).Turn();

        Assert.Equal([Self, fourth], drive.Request.ExcludedNodes);
        Assert.Equal([(Peer, 10.0), (Third, 20.0)], drive.Request.Entries.Select(entry => (entry.Name, entry.StartTime)));
        Assert.Null(drive.Request.Entries[0].CopyResume);
    }

    [Fact]
    public void Rule_12_a_peer_that_begins_to_come_directly_should_no_longer_be_asked_of_others()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory with { Through = Vector((Third, 20)) }).Streaming(OursNamed(Peer));

        drive.On(new ReceivingEvent.DirectChanged([Third]));

        Assert.Equal([Self, Third], drive.Request.ExcludedNodes);
    }

    /// <summary>It would be relayed beside its own stream for as long as the session lives.</summary>
    [Fact]
    public void Rule_12_a_node_that_begins_to_come_directly_before_the_answer_should_be_left_out_once_it_is_here()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory with { Through = Vector((Third, 20)) }).Named(OursNamed(Peer)).Turn();
        Assert.Empty(drive.On(new ReceivingEvent.DirectChanged([Third])).Last);

        drive.Frame(new ControlFrame.DbSchema([], DatabaseName.Data));
        Assert.Equal([Self, Third], drive.Request.ExcludedNodes);
        Assert.Empty(drive.Frame(new ControlFrame.DbSchema([], DatabaseName.Data)).Last.OfType<ReceivingEffect.Send>());
    }

    [Fact]
    public void Rule_13_a_node_that_has_nothing_should_ask_for_a_copy()
    {
        var drive = new ReceivingDrive(Receiving(), Empty).Named(OursNamed(Peer));

        Assert.True(drive.Of<ReceivingEffect.AskTurn>().Copy);
        Assert.NotNull(drive.Turn().Request.Entries[0].CopyResume);
    }

    [Fact]
    public void R_SUB_05_a_copy_of_listed_tables_should_be_asked_of_an_original_by_leaving_out_the_others_and_its_log_by_naming_them()
    {
        var name = OriginalNamed(Peer) with { Tables = [.. new[] { "cat", "dog" }.Select(table => new AnnouncedTable(new TableName(table), false, []))] };
        var drive = new ReceivingDrive(Receiving() with { Filter = TableFilter.Only([Dog]) }, Empty).Named(name).Turn();
        Assert.Equal((0.0, true, "cat"), Only(drive));

        var known = WithHistory with { Cursors = Vector((Peer, Now - 5)), Taken = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(Peer, TableFilter.Only([Dog])) };
        drive = new ReceivingDrive(Receiving() with { Filter = TableFilter.Only([Dog]) }, known).Named(name).Turn();
        Assert.Equal((Now - 5, false, "dog"), Only(drive));

        static (double, bool, string) Only(ReceivingDrive drive) =>
            (drive.Request.Entries[0].StartTime, drive.Request.Entries[0].ReplicateByDefault, string.Join(' ', drive.Request.Entries[0].Tables));
    }

    [Fact]
    public void Rule_13_a_copy_that_the_source_begins_unasked_should_wait_for_its_turn()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Streaming(OursNamed(Peer));
        drive.Frame(new ControlFrame.CopyStart(Now, CopyWalk.OrderVersion, new CopySource(Vector((Peer, 1)), Vector(), Theirs)));

        Assert.Empty(drive.Request.Entries);
        Assert.True(drive.Of<ReceivingEffect.AskTurn>().Copy);
        Assert.NotNull(drive.Turn().Request.Entries[0].CopyResume);
    }

    [Fact]
    public void Rule_20_copies_that_cross_their_requests_should_be_told_apart()
    {
        static ControlFrame.CopyStart Begins(int? answers, bool isPartial = false) =>
            new(Now, CopyWalk.OrderVersion, new CopySource(Vector((Peer, 1)), Vector(), Theirs) { Answers = answers, Only = isPartial ? TableFilter.None : null });
        var known = WithHistory with { PeerIncarnations = ImmutableDictionary<NodeName, Guid>.Empty.Add(Peer, Theirs) };
        var drive = new ReceivingDrive(Receiving(), known).Streaming(OursNamed(Peer)).Frame(Begins(null, isPartial: true)).Turn();
        Assert.Equal(1, drive.Request.Entries[0].CopyResume!.Number);

        // Unasked, from before the request arrived: what comes of it is left, and so is its end.
        drive.Frame(Begins(null)).Data(Rows((1, 5, Peer))).Frame(new ControlFrame.CopyComplete(Now));
        Assert.Equal(ReceivingPhase.Requested, drive.State.Phase);
        Assert.Empty(drive.Frame(Begins(0)).Last);

        // The one that was asked for, and the same from its beginning because the source may send other tables now.
        Assert.Single(drive.Frame(Begins(1)).Commits<CommitRequest.CopyChunk>());
        drive.Data(Rows((1, 5, Peer)));
        Assert.Equal(0, drive.Frame(Begins(1)).Commits<CommitRequest.CopyChunk>().Single().Cursor.Rows);
        drive.Frame(new ControlFrame.CopyComplete(Now));

        // What begins before its end is durable is another: it is asked for afterwards, and only what it adds.
        Assert.Empty(drive.Frame(Begins(null, isPartial: true)).Data(Rows((2, 6, Peer))).Commits<CommitRequest.CopyChunk>());
        Assert.Empty(drive.Frame(new ControlFrame.CopyComplete(Now)).Commits<CommitRequest.CopyComplete>());
        drive.Positions = known;
        Assert.True(drive.Applied(3, confirmed: Now, copyCompleted: true).Of<ReceivingEffect.AskTurn>().Copy);
        var next = drive.Turn().Request.Entries[0].CopyResume!;
        Assert.Equal((2, TableFilter.None), (next.Number!.Value, next.Only));
    }

    [Fact]
    public void Rule_20_nothing_should_be_confirmed_between_the_request_for_a_copy_and_its_end()
    {
        var known = WithHistory with { PeerIncarnations = ImmutableDictionary<NodeName, Guid>.Empty.Add(Peer, Theirs) };
        var drive = new ReceivingDrive(Receiving(), known).Streaming(OursNamed(Peer)).Data(Transaction(Peer, 20, 0, position: 25));
        drive.Frame(new ControlFrame.CopyStart(25, CopyWalk.OrderVersion, new CopySource(Vector(), Vector(), Theirs) { Only = TableFilter.None })).Turn();

        Assert.Empty(drive.Applied(1, confirmed: 25).Last.OfType<ReceivingEffect.Send>());
        drive.Frame(new ControlFrame.CopyStart(25, CopyWalk.OrderVersion, new CopySource(Vector(), Vector(), Theirs) { Only = TableFilter.None, Answers = 1 }));
        drive.Frame(new ControlFrame.CopyComplete(Now));
        Assert.Equal(25, drive.Applied(2, confirmed: 25, copyCompleted: true).Sent<ControlFrame.CommittedUpdate>().Position);
    }

    [Fact]
    public void Rule_20_what_comes_should_say_what_of_its_origin_passed()
    {
        var (cat, bird) = (new TableName("cat"), new TableName("bird"));
        var drive = new ReceivingDrive(Receiving(), WithHistory).Streaming(OursNamed(Peer));
        Assert.Null(drive.Data(Transaction(Peer, 20, 0)).Commits<CommitRequest.Remote>().Single().Under);

        drive.Frame(new ControlFrame.NodeNameToIdMap(ImmutableDictionary<NodeName, int>.Empty, [])
        {
            Offered = TableFilter.AllBut([cat]), Covers = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(Third, TableFilter.AllBut([bird])),
        });
        Assert.Equal(TableFilter.AllBut([cat]), drive.Data(Transaction(Peer, 21, 20)).Commits<CommitRequest.Remote>().Single().Under);
        Assert.Equal(TableFilter.AllBut([cat, bird]), drive.Data(Transaction(Third, 22, 0)).Commits<CommitRequest.Remote>().Single().Under);

        // Taken less here, it counts at once; taken more, what is under way was asked for before.
        drive.On(new ReceivingEvent.FilterChanged(TableFilter.AllBut([bird])));
        Assert.Equal(TableFilter.AllBut([cat, bird]), drive.Data(Transaction(Peer, 23, 21)).Commits<CommitRequest.Remote>().Single().Under);
    }

    [Fact]
    public void Rule_14_an_original_should_be_asked_from_its_own_cursor()
    {
        var positions = WithHistory with { Cursors = Vector((Peer, Now - 5)) };

        Assert.Equal(Now - 5, new ReceivingDrive(Receiving(), positions).Named(OriginalNamed(Peer)).Turn().Request.Entries[0].StartTime);
    }

    [Fact]
    public void Rule_14_without_a_cursor_an_original_should_be_asked_for_a_copy_and_never_from_the_clock()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Named(OriginalNamed(Peer)).Turn();

        Assert.Equal(0, drive.Request.Entries.Single().StartTime);
        Assert.Equal(ReceivingPhase.Copying, drive.State.Phase);
    }

    [Fact]
    public void Rule_16_an_original_should_be_asked_for_own_changes_that_may_be_lost_here()
    {
        var positions = WithHistory with { Cursors = Vector((Peer, Now)), Through = Vector((Self, 77)) };
        var entry = new ReceivingDrive(Receiving(), positions).Named(OriginalNamed(Peer)).Turn().Request.Entries.Single(each => each.Name == Self);

        Assert.Equal((77, Now), (entry.StartTime, entry.EndTime));
    }

    [Fact]
    public void Rule_18_origins_behind_an_original_that_do_not_come_directly_should_be_asked_for_by_name()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory with { Cursors = Vector((Peer, Now), (Third, Now - 1)) }).Named(OriginalNamed(Peer)).Turn();
        drive.Frame(new ControlFrame.DbSchema([], DatabaseName.Data));
        drive.Frame(new ControlFrame.NodeNameToIdMap(ImmutableDictionary<NodeName, int>.Empty.Add(Peer, 0).Add(Third, 1).Add(Self, 2), []));

        var relayed = drive.Request.Entries.Single(entry => entry.Name == Third);
        Assert.Equal(Now - 1 - RequestPlanner.RelayOverlapMs, relayed.StartTime);
    }

    /// <summary>Rule 21: two idle originals, which state no position after a copy, would be copied from in turn for ever.</summary>
    [Fact]
    public void An_original_that_was_copied_from_and_had_to_yield_should_be_asked_for_its_log_and_not_for_another_copy()
    {
        var drive = new ReceivingDrive(Receiving(), Empty).Named(OriginalNamed(Peer)).Turn();
        drive.Data(Transaction(Peer, 5, null, 0));
        drive.Positions = WithHistory;
        drive.Applied(3, copyCompleted: true).On(ReceivingEvent.Yield.Instance);
        Assert.False(drive.Of<ReceivingEffect.AskTurn>().Copy);

        Assert.Equal(RequestPlanner.AllRetained, drive.Turn().Request.Entries[0].StartTime);
    }

    /// <summary>Rule 14: measured on 4.7.29, such a socket brings nothing of what was written between its opening and the request.</summary>
    [Fact]
    public void An_original_whose_database_came_to_be_after_the_socket_should_be_dialled_anew()
    {
        var drive = new ReceivingDrive(Receiving(), Empty).Named(OriginalNamed(Peer)).Turn();
        drive.Frame(new ControlFrame.DbSchema([new AnnouncedTable(Dog, false, [])], DatabaseName.Data));
        Assert.Equal(ConnectionEndKind.Resume, drive.Of<ReceivingEffect.Close>().Reason.Kind);

        var known = new ReceivingDrive(Receiving(), WithHistory with { Cursors = Vector((Peer, Now)) }).Named(OriginalNamed(Peer)).Turn();
        known.Frame(new ControlFrame.DbSchema([new AnnouncedTable(Dog, false, [])], DatabaseName.Data));
        Assert.Empty(known.Last.OfType<ReceivingEffect.Close>());
    }

    [Fact]
    public void Rule_19_an_unknown_origin_should_make_the_session_ask_again_on_the_same_socket()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Streaming(OursNamed(Peer));
        drive.On(new ReceivingEvent.Undecodable(FrameErrorCode.UnknownOrigin, "origin 7"));

        Assert.NotEmpty(drive.Request.Entries);
        Assert.Empty(drive.Last.OfType<ReceivingEffect.Close>());

        // However much of the same was under way.
        for (var i = 0; i < 20; i++) Assert.Empty(drive.On(new ReceivingEvent.Undecodable(FrameErrorCode.UnknownOrigin, "origin 7")).Last);
    }

    [Fact]
    public void A_damaged_message_should_end_the_session_so_that_it_resumes()
    {
        var drive = new ReceivingDrive(Receiving(), WithHistory).Streaming(OursNamed(Peer));

        Assert.Equal(1011, drive.On(new ReceivingEvent.Undecodable(FrameErrorCode.Checksum, "x")).Of<ReceivingEffect.Close>().Reason.Code);
    }

    [Fact]
    public void Rule_20_a_wider_filter_should_be_answered_by_a_merging_copy_and_a_narrower_one_not()
    {
        var dog = Harper.Core.Membership.TableFilter.AllBut([Dog]);
        var narrower = new ReceivingDrive(Receiving(), WithHistory).Streaming(OursNamed(Peer)).On(new ReceivingEvent.FilterChanged(dog));
        Assert.Contains(Dog, narrower.Request.Entries[0].Tables);

        var wider = narrower.Frame(new ControlFrame.DbSchema([], DatabaseName.Data)).On(new ReceivingEvent.FilterChanged(Harper.Core.Membership.TableFilter.All));
        Assert.True(wider.Of<ReceivingEffect.AskTurn>().Copy);
    }

    [Fact]
    public void Rule_21_a_copy_that_was_cut_should_be_asked_for_from_where_it_stands_whoever_serves_it()
    {
        var cursor = new CopyCursor(Third, Guid.NewGuid(), Vector((Third, 5), (Peer, 6)), 99, Dog, KeyCodec.FromNumber(7), 7, 70, false);
        var request = new ReceivingDrive(Receiving(), Empty with { Copy = cursor }).Named(OursNamed(Peer)).Turn().Request;

        Assert.Equal(new CopyResume(99, Dog, KeyCodec.FromNumber(7), CopyWalk.OrderVersion) { Number = 1 }, request.Entries[0].CopyResume);
        Assert.Equal(6, request.Entries[0].StartTime);
        Assert.Contains(request.Entries, entry => entry.Name == Third && entry.StartTime == 5);
    }

    [Fact]
    public void Rule_21_a_source_that_does_not_begin_its_copy_should_be_left_for_another()
    {
        var drive = new ReceivingDrive(Receiving(), Empty).Named(OursNamed(Peer)).Turn();
        drive.Now += 6_000;
        drive.On(ReceivingEvent.Tick.Instance);

        Assert.Empty(drive.Request.Entries);
        drive.Of<ReceivingEffect.PassTurn>();
        Assert.True(drive.On(ReceivingEvent.AskAgain.Instance).Of<ReceivingEffect.AskTurn>().Copy);
    }

    /// <summary>Its last rows were on their way to the disk when its session ended: what got its turn before they were there streams beside a copy that nobody goes on with.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rule_21_a_copy_whose_session_is_gone_should_go_on_also_when_another_streams_already(bool isOurs)
    {
        var known = WithHistory with { Cursors = Vector((Peer, Now)) };
        var drive = new ReceivingDrive(Receiving(), known).Streaming(isOurs ? OursNamed(Peer) : OriginalNamed(Peer));
        drive.Applied(drive.State.Pending);
        Assert.Empty(drive.On(ReceivingEvent.Tick.Instance).Last.OfType<ReceivingEffect.AskTurn>());

        drive.Positions = known with { Copy = new CopyCursor(Third, Guid.NewGuid(), Vector((Third, 5)), 99, null, default, 0, 0, true) };
        Assert.Empty(drive.On(ReceivingEvent.Tick.Instance).Request.Entries);
        Assert.True(drive.Of<ReceivingEffect.AskTurn>().Copy);

        // Another has begun to copy all the same: this one wants nothing more than to go on when that is done.
        drive.Positions = known;
        Assert.False(drive.On(ReceivingEvent.AskAgain.Instance).Of<ReceivingEffect.AskTurn>().Copy);
    }

    [Fact]
    public void Users_and_roles_should_be_among_the_tables_that_a_request_for_system_excludes()
    {
        var stated = LocalTables.Stated(new Harper.Core.Schema.DatabaseCatalog(DatabaseName.System, Catalog().Tables), Harper.Core.Membership.TableFilter.All);

        Assert.True(stated.ByDefault);
        Assert.Contains(new TableName("hdb_user"), stated.Tables);
        Assert.Contains(new TableName("hdb_role"), stated.Tables);
        Assert.DoesNotContain(new TableName("hdb_nodes"), stated.Tables);
    }

    [Fact]
    public void Rule_20_what_is_not_taken_should_be_remembered_before_anything_comes()
    {
        var dogs = TableFilter.Only([Dog]);
        var drive = new ReceivingDrive(Receiving() with { Filter = dogs }, WithHistory with { Through = Vector((Peer, 10)) });
        drive.Named(OursNamed(Peer)).Turn();

        Assert.Equal(new PositionUpdate.TakesLess(Peer, dogs), drive.Commits<CommitRequest.Positions>().Single().Updates.Single());
        Assert.Null(drive.Request.Entries[0].CopyResume);
    }

    [Fact]
    public void Rule_20_a_wider_filter_than_that_of_the_position_should_ask_for_a_copy()
    {
        var taken = WithHistory with { Taken = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(Peer, TableFilter.Only([Dog])) };
        foreach (var name in new[] { OursNamed(Peer), OriginalNamed(Peer) })
        {
            var known = taken with { Cursors = Vector((Peer, Now)), PeerIncarnations = ImmutableDictionary<NodeName, Guid>.Empty.Add(Peer, Theirs) };
            Assert.True(new ReceivingDrive(Receiving(), known).Named(name).Of<ReceivingEffect.AskTurn>().Copy);
            Assert.False(new ReceivingDrive(Receiving() with { Filter = TableFilter.Only([Dog]) }, known).Named(name).Of<ReceivingEffect.AskTurn>().Copy);
        }
    }

    [Fact]
    public void Rule_20_only_what_a_wider_filter_adds_should_be_copied_and_the_rest_be_followed_from_where_it_stands()
    {
        var cats = TableFilter.AllBut([Dog]);
        var known = WithHistory with
        {
            Taken = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(Peer, cats), Through = Vector((Peer, 50), (Third, 60)),
            PeerIncarnations = ImmutableDictionary<NodeName, Guid>.Empty.Add(Peer, Theirs),
        };
        var request = new ReceivingDrive(Receiving(), known).Named(OursNamed(Peer)).Turn().Request;
        Assert.Equal(TableFilter.Only([Dog]), request.Entries[0].CopyResume!.Only);
        Assert.Equal([(Peer, 50.0), (Third, 60.0)], request.Entries.Select(entry => (entry.Name, entry.StartTime)));

        // At run time, before the positions say what was taken.
        var running = new ReceivingDrive(Receiving() with { Filter = cats }, known with { Taken = ImmutableDictionary<NodeName, TableFilter>.Empty }).Streaming(OursNamed(Peer));
        running.On(new ReceivingEvent.FilterChanged(TableFilter.All));
        Assert.Equal(TableFilter.Only([Dog]), running.Turn().Request.Entries[0].CopyResume!.Only);

        // By hand, after a loss, and from a database that was made anew, everything.
        Assert.Null(new ReceivingDrive(Receiving(), known).Named(OursNamed(Peer, Guid.NewGuid())).Turn().Request.Entries[0].CopyResume!.Only);
        var byHand = new ReceivingDrive(Receiving() with { Filter = cats }, known).Streaming(OursNamed(Peer)).On(ReceivingEvent.ResyncAsked.Instance);
        Assert.Null(byHand.On(new ReceivingEvent.FilterChanged(TableFilter.All)).Turn().Request.Entries[0].CopyResume!.Only);
    }

    [Fact]
    public void Rule_20_a_copy_of_fewer_tables_should_not_go_on_as_one_of_more()
    {
        var cursor = new CopyCursor(Peer, Theirs, Vector((Peer, 1)), 7, Dog, KeyCodec.FromNumber(3), 3, 30, false);
        var narrow = Empty with { Copy = cursor with { Filter = TableFilter.Only([Dog]) } };
        Assert.Null(new ReceivingDrive(Receiving(), narrow).Named(OursNamed(Peer)).Turn().Request.Entries[0].CopyResume!.Table);
        Assert.Equal(Dog, new ReceivingDrive(Receiving(), Empty with { Copy = cursor }).Named(OursNamed(Peer)).Turn().Request.Entries[0].CopyResume!.Table);
    }

    [Fact]
    public void Rule_20_a_copy_should_say_what_it_brought()
    {
        var dogs = TableFilter.Only([Dog]);
        var drive = new ReceivingDrive(Receiving(), Empty).Named(OursNamed(Peer)).Turn();
        drive.Frame(new ControlFrame.CopyStart(Now, CopyWalk.OrderVersion, new CopySource(Vector((Peer, 1)), Vector(), Theirs) { Answers = 1 }));
        drive.On(new ReceivingEvent.FilterChanged(dogs)).Frame(new ControlFrame.CopyComplete(Now));

        Assert.Equal(dogs, drive.Commits<CommitRequest.CopyComplete>().Single().Cursor.Filter);
    }
}
