using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Xunit;
using static Harper.Tests.Core.Membership.MembershipFixtures;

namespace Harper.Tests.Core.Membership;

/// <summary>Proves whom a node dials for what: R-GOS-08, R-P2P-13, R-SEL-01..04, 08, R-FLO-01..13, R-SUB-02, 05, R-CLU-27, D26, D36.</summary>
public sealed class DialPlannerSpecs
{
    private static readonly NodeName Three = new("127.0.0.3");
    private static readonly DatabaseName Data = DatabaseName.Data;
    private static readonly TableName Dog = new("dog");

    [Fact]
    public void Every_other_member_should_be_dialled_once_per_replicated_database()
    {
        var plan = Plan(Settings(), Records(Member("127.0.0.2"), Member("127.0.0.3"), Member("127.0.0.4")), RouteList.Empty, "system", "data", "dev");
        Assert.True(plan.Enabled);
        Assert.Equal(["127.0.0.3", "127.0.0.4"], plan.Peers.Keys.Select(peer => peer.Value));
        Assert.All(plan.Peers.Values, peer => Assert.Equal(["data", "dev", "system"], Dialled(peer)));
        Assert.All(plan.Peers.Values, peer => Assert.Equal(TableFilter.All, peer.SendsFor(Data)));
    }

    [Fact]
    public void A_plan_should_say_of_which_databases_more_may_go_than_before()
    {
        var before = PlanOf("""{"hostname":"127.0.0.3","sendsTo":[{"database":"data","excludeTables":["dog"]},{"database":"dev"}]}""");
        var after = PlanOf("""{"hostname":"127.0.0.3","sendsTo":[{"database":"data"},{"database":"dev","excludeTables":["dog"]},{"database":"other"}]}""");
        Assert.Equal(["data", "other"], after.OpenedSince(before).Select(name => name.Value));
        Assert.Equal(["dev"], before.OpenedSince(after).Select(name => name.Value));
        Assert.Empty(after.OpenedSince(after));

        static PeerPlan PlanOf(string route) => Plan(Settings(), Records(Member("127.0.0.2"), Member("127.0.0.3")), Routes(route), "data", "dev", "other").Peers[Three];
    }

    [Fact]
    public void Nobody_should_be_dialled_before_this_node_has_a_record_of_its_own()
    {
        var plan = Plan(Settings(), Records(Member("127.0.0.3")), RouteList.Empty, "data");
        Assert.False(plan.Enabled);
        Assert.Empty(plan.Peers[Three].Dialled);
    }

    [Fact]
    public void A_removed_node_should_know_nobody()
    {
        var plan = Plan(Settings(), Records(Member("127.0.0.2"), Member("127.0.0.3")).Removing("127.0.0.2"), Routes("\"127.0.0.4\""), "data");
        Assert.False(plan.Enabled);
        Assert.Empty(plan.Peers);
    }

    [Fact]
    public void A_route_to_a_removed_node_should_not_bring_it_back()
    {
        var records = Records(Member("127.0.0.2")).Removing("127.0.0.3");
        Assert.Empty(Plan(Settings(), records, Routes("\"127.0.0.3\""), "data").Peers);
    }

    [Theory]
    [InlineData("""{"name":"undefined","url":"ws://undefined:9933","replicates":true}""")]
    [InlineData("""{"name":"127.0.0.3","replicates":true}""")]
    [InlineData("""{"name":"127.0.0.3","url":"ws://:9933","replicates":true}""")]
    [InlineData("""{"name":"127.0.0.3","url":"ftp://127.0.0.3","replicates":true}""")]
    [InlineData("""{"name":"127.0.0.3","url":17,"replicates":true}""")]
    public void A_record_that_nobody_can_dial_should_be_kept_and_shown_with_the_reason(string row)
    {
        var peer = Assert.Single(Plan(Settings(), Records(Member("127.0.0.2"), Row(row)), RouteList.Empty, "data").Peers.Values);
        Assert.Empty(peer.Dialled);
        Assert.NotNull(peer.NotDialled);
    }

    [Fact]
    public void A_database_that_is_not_listed_should_neither_be_asked_for_nor_served_but_for_tables_that_opt_in()
    {
        ImmutableArray<LocalDatabase> databases = [.. Databases("system", "data", "private"), Database("other", optedIn: ["shared"])];
        var peer = DialPlanner.Plan(Settings("data"), Records(Member("127.0.0.2"), Member("127.0.0.3")), RouteList.Empty, databases).Peers[Three];
        Assert.Equal(["data", "other"], Dialled(peer));
        Assert.True(peer.SendsFor(DatabaseName.System).IsNone);
        Assert.True(peer.SendsFor(new DatabaseName("private")).IsNone);
        Assert.True(peer.SendsFor(new DatabaseName("other")).Allows(new TableName("shared")));
        Assert.False(peer.SendsFor(new DatabaseName("other")).Allows(Dog));
    }

    [Theory]
    [InlineData("true", true, true)]
    [InlineData("false", false, false)]
    [InlineData("""{"sends":false,"receives":true}""", true, false)]
    [InlineData("""{"sends":true,"receives":false}""", false, true)]
    [InlineData("""{"receives":true}""", true, false)]
    [InlineData("""{"sends":true}""", false, true)]
    [InlineData("""{"sends":false,"receives":false}""", false, false)]
    [InlineData("""{"sendsTo":["127.0.0.3"],"receivesFrom":[]}""", false, true)]
    [InlineData("""{"sendsTo":[{"target":"127.0.0.9"}],"receivesFrom":[{"source":"127.0.0.3","database":"data"}]}""", true, false)]
    public void A_route_should_open_only_the_directions_it_names(string replicates, bool receives, bool sends)
    {
        var route = Routes($$"""{"host":"127.0.0.3","replicates":{{replicates}}}""");
        var peer = Plan(Settings("data"), Records(Member("127.0.0.2")), route, "data").Peers[Three];
        Assert.Equal(receives, Dialled(peer).Length == 1);
        Assert.Equal(sends, !peer.SendsFor(Data).IsNone);
    }

    [Theory]
    [InlineData("""{"sends":false,"receives":true}""", false, true)]
    [InlineData("""{"sends":true,"receives":false}""", true, false)]
    [InlineData("false", false, false)]
    [InlineData("""{"sendsTo":[{"target":"127.0.0.2","database":"data"}],"receivesFrom":[]}""", true, false)]
    public void A_peers_record_should_speak_for_the_peer(string replicates, bool receives, bool sends)
    {
        var row = Row($$"""{"name":"127.0.0.3","url":"ws://127.0.0.3:9933","replicates":{{replicates}}}""");
        var peer = Plan(Settings(), Records(Member("127.0.0.2"), row), RouteList.Empty, "data").Peers[Three];
        Assert.Equal(receives, Dialled(peer).Length == 1);
        Assert.Equal(sends, !peer.SendsFor(Data).IsNone);
    }

    [Fact]
    public void Excluded_tables_of_a_direction_should_stay_here()
    {
        var route = Routes("""{"host":"127.0.0.3","sendsTo":[{"database":"data","excludeTables":["dog"]}],"receivesFrom":[{"database":"dev"}]}""");
        var peer = Plan(Settings(), Records(Member("127.0.0.2")), route, "data", "dev").Peers[Three];
        Assert.Equal(["dev"], Dialled(peer));
        Assert.False(peer.SendsFor(Data).Allows(Dog));
        Assert.True(peer.SendsFor(Data).Allows(new TableName("cat")));
        Assert.True(peer.SendsFor(new DatabaseName("dev")).IsNone);
    }

    [Fact]
    public void With_explicit_subscriptions_only_their_tables_should_flow_each_in_its_directions()
    {
        var own = Row("""
            {"name":"127.0.0.2","url":"ws://127.0.0.2:9933","replicates":true,"links":[{"node":"127.0.0.3",
             "subscriptions":[{"database":"data","table":"dog","publish":true,"subscribe":false},{"database":"data","table":"cat","publish":false,"subscribe":true}]}]}
            """);
        var row = Row("""{"name":"127.0.0.3","url":"ws://127.0.0.3:9933","replicates":false}""");
        var peer = Plan(Settings(), Records(own, row), RouteList.Empty, "data", "dev").Peers[Three];
        Assert.Equal(["data"], Dialled(peer));
        Assert.Equal(TableFilter.Only([new TableName("cat")]), peer.Links[Data].Receives);
        Assert.Equal(TableFilter.Only([Dog]), peer.Links[Data].Sends);
    }

    [Fact]
    public void A_list_on_another_nodes_record_should_mean_nothing_here()
    {
        var row = Row("""{"name":"127.0.0.3","url":"ws://127.0.0.3:9933","replicates":true,"subscriptions":[{"database":"data","table":"dog","publish":true}]}""");
        var peer = Plan(Settings(), Records(Member("127.0.0.2"), row), RouteList.Empty, "data").Peers[Three];
        Assert.Equal(TableFilter.All, peer.Links[Data].Receives);
    }

    [Theory]
    [InlineData("""{"sends":false,"receives":true}""", true, false)]
    [InlineData("""{"sends":true,"receives":false}""", false, true)]
    public void What_was_agreed_by_an_operation_should_restrict_what_routes_and_records_open(string replicates, bool receives, bool sends)
    {
        var own = Row($$"""{"name":"127.0.0.2","url":"ws://127.0.0.2:9933","replicates":true,"links":[{"node":"127.0.0.3","replicates":{{replicates}}}]}""");
        foreach (var routes in new[] { RouteList.Empty, Routes("\"127.0.0.3\"") })
        {
            var plan = Plan(Settings(), Records(own, Member("127.0.0.3"), Member("127.0.0.4")), routes, "data");
            Assert.Equal(receives, Dialled(plan.Peers[Three]).Length == 1);
            Assert.Equal(sends, !plan.Peers[Three].SendsFor(Data).IsNone);
            Assert.Equal(TableFilter.All, plan.Peers[new NodeName("127.0.0.4")].Links[Data].Receives);
        }
    }

    [Theory]
    [InlineData(1, "1", true)]
    [InlineData(1, "2", false)]
    [InlineData(1, "null", false)]
    [InlineData(null, "1", false)]
    [InlineData(null, "null", true)]
    public void R_CFG_24_a_sharded_database_should_flow_between_nodes_of_one_shard_only(int? own, string theirs, bool flows)
    {
        var settings = Settings("data", "dev");
        settings = settings with { Shard = own, Databases = settings.Databases with { Sharded = [Data] } };
        var row = Row($$"""{"name":"127.0.0.3","url":"ws://127.0.0.3:9933","replicates":true,"shard":{{theirs}}}""");
        var peer = Plan(settings, Records(Member("127.0.0.2"), row), RouteList.Empty, "data", "dev").Peers[Three];
        Assert.Equal(flows ? ["data", "dev"] : ["dev"], Dialled(peer));
        Assert.Equal(flows, !peer.SendsFor(Data).IsNone);
    }

    [Fact]
    public void Databases_that_are_named_to_be_received_should_be_made_here()
    {
        var own = Row("""
            {"name":"127.0.0.2","url":"ws://127.0.0.2:9933","replicates":true,"links":[{"node":"127.0.0.3",
             "subscriptions":[{"database":"dev","table":"a","subscribe":true},{"database":"out","table":"b","publish":true}]}]}
            """);
        var routes = Routes("""{"host":"127.0.0.4","receivesFrom":[{"database":"orders"},{"database":"unlisted"}],"sendsTo":[{"database":"sent"}]}""");
        var named = DialPlanner.NamedToReceive(Settings("dev", "out", "orders", "sent"), Records(own), routes);
        Assert.Equal(["dev", "orders"], named.Select(name => name.Value).Order());
    }

    [Fact]
    public void What_was_agreed_should_be_read_as_it_was_written()
    {
        var list = new PeerTerms(Three, [new ExplicitSubscription(Data, Dog, true, false)], null);
        var flow = new PeerTerms(new NodeName("127.0.0.4"), null, new FlowRule(false, true));
        var field = PeerTerms.ToField(PeerTerms.Replace(PeerTerms.Replace([], list), flow));
        var record = NodeRecord.Of(Self, field);
        Assert.Equal(list.Subscriptions, record.TermsWith(Three)!.Subscriptions!.Value.AsEnumerable());
        Assert.Equal(flow, record.TermsWith(flow.Peer));
        Assert.Equal([flow.Peer], PeerTerms.Replace(record.Terms, new PeerTerms(Three, null, null)).Select(terms => terms.Peer));
    }

    [Fact]
    public void A_start_time_should_count_only_where_it_was_given()
    {
        var row = Row("""{"name":"127.0.0.3","url":"ws://127.0.0.3:9933","replicates":true,"start_time":1704067200000}""");
        var records = Records(Member("127.0.0.2"), row);
        Assert.Null(Plan(Settings(), records, RouteList.Empty, "data").Peers[Three].StartTime);
        records = records with { OwnStartTimes = ImmutableDictionary<NodeName, double>.Empty.Add(Three, 1704067200000) };
        Assert.Equal(1704067200000, Plan(Settings(), records, RouteList.Empty, "data").Peers[Three].StartTime);

        // From a route it counts likewise, and an empty database honours it whoever is reached first (R-CFG-36, R-SYN-14).
        var plan = Plan(Settings(), records, Routes("""{"host":"127.0.0.4","startTime":"2024-01-02T00:00:00Z"}""", "\"127.0.0.5\""), "data");
        Assert.Equal([1704067200000, 1704153600000, null], plan.Peers.Values.Select(peer => peer.StartTime));
        Assert.All(plan.Peers.Values, peer => Assert.Equal(1704067200000, peer.FirstStartTime));
    }

    [Fact]
    public void A_route_that_names_an_address_should_go_before_the_record()
    {
        var records = Records(Member("127.0.0.2"), Member("127.0.0.3"));
        Assert.Equal("ws://127.0.0.3:19933", Plan(Settings(), records, Routes("\"127.0.0.3:19933\""), "data").Peers[Three].Url);
        var elsewhere = Records(Member("127.0.0.2"), Row("""{"name":"127.0.0.3","url":"ws://127.0.0.3:29933","replicates":true}"""));
        Assert.Equal("ws://127.0.0.3:29933", Plan(Settings(), elsewhere, Routes("\"127.0.0.3\""), "data").Peers[Three].Url);
    }

    [Fact]
    public void Junk_in_the_records_should_push_out_nobody_whom_this_node_knows()
    {
        var honest = Records(Member("127.0.0.2"), Member("zeta"));
        var before = Plan(Settings(), honest, RouteList.Empty, "data");
        var junk = honest with { All = [.. honest.All, .. Enumerable.Range(0, 5_000).Select(number => Member($"junk{number}")), Member("zzz"), Row("""{"name":"a\u0000/../b","url":"x"}""")] };
        var plan = DialPlanner.Plan(Settings(), junk, Routes("\"zzz\""), Databases("data"), before);
        Assert.Equal(DialPlanner.MaxPeers, plan.Peers.Count);
        Assert.Equal(4_003, plan.Omitted);
        Assert.All((string[])["zeta", "zzz"], name => Assert.NotEmpty(plan.Peers[new NodeName(name)].Dialled));
        Assert.DoesNotContain(Self, plan.Peers.Keys);
        Assert.Equal(0, before.Omitted);
    }

    private static DialPlan Plan(MembershipSettings settings, NodeRecords records, RouteList routes, params string[] databases) =>
        DialPlanner.Plan(settings, records, routes, Databases(databases));

    private static string[] Dialled(PeerPlan peer) => [.. peer.Dialled.Select(link => link.Database.Value).Order(StringComparer.Ordinal)];
}
