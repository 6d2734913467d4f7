using System.Text;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Xunit;
using static Harper.Tests.Core.Membership.MembershipFixtures;

namespace Harper.Tests.Core.Membership;

/// <summary>Proves R-INS-02, R-GOS-05, R-GOS-07, R-REV-06, R-REV-08 and D36: what records hold and what a node writes of itself.</summary>
public sealed class NodeRecordSpecs
{
    [Fact]
    public void A_record_should_keep_what_it_does_not_know_in_its_order()
    {
        const string row = """{"url":"ws://x:9933","subscriptions":null,"name":"x","future":{"a":[1,2.5]},"replicates":true,"shard":4}""";
        var record = Row(row);
        Assert.Equal(row, Encoding.UTF8.GetString(record.ToJson().Span));
        Assert.Equal(("x", "ws://x:9933", 4), (record.Name.Value, record.Url, record.Shard));
        var changed = record.With(NodeField.Number("shard", 5), NodeField.Text("ca", "pem"));
        Assert.Equal("""{"url":"ws://x:9933","subscriptions":null,"name":"x","future":{"a":[1,2.5]},"replicates":true,"shard":5,"ca":"pem"}""",
            Encoding.UTF8.GetString(changed.ToJson().Span));
    }

    [Fact]
    public void A_node_without_routes_should_write_nothing_of_itself() =>
        Assert.Empty(NodeRecordGossip.Decide(Settings(), NodeRecords.Empty, RouteList.Empty));

    [Fact]
    public void A_route_should_make_the_node_publish_itself()
    {
        var write = Assert.IsType<GossipAction.Write>(Assert.Single(NodeRecordGossip.Decide(Settings() with { Shard = 2 }, NodeRecords.Empty, Routes("\"127.0.0.3\""))));
        Assert.Equal("""{"name":"127.0.0.2","url":"ws://127.0.0.2:9933","replicates":true,"shard":2}""", Text(write));
    }

    [Fact]
    public void A_record_that_says_what_is_so_should_not_be_written_again() =>
        Assert.Empty(NodeRecordGossip.Decide(Settings(), Records(Member("127.0.0.2")), Routes("\"127.0.0.3\"")));

    [Fact]
    public void Only_what_changed_should_be_written()
    {
        var old = Row("""{"name":"127.0.0.2","url":"ws://old:9933","replicates":true}""");
        var write = Assert.IsType<GossipAction.Write>(Assert.Single(NodeRecordGossip.Decide(Settings(), Records(old), RouteList.Empty)));
        Assert.Equal("""{"url":"ws://127.0.0.2:9933"}""", Text(write));
    }

    [Fact]
    public void A_removed_node_should_not_come_back_by_itself() =>
        Assert.IsType<GossipAction.TellRemoved>(Assert.Single(
            NodeRecordGossip.Decide(Settings(), NodeRecords.Empty.Removing("127.0.0.2"), Routes("\"127.0.0.3\""))));

    [Fact]
    public void A_directional_route_should_show_on_the_own_record()
    {
        var rule = NodeRecordGossip.OwnRule(Routes("""{"host":"127.0.0.3","replicates":{"sends":true,"receives":false}}""", """{"host":"127.0.0.4","replicates":{"sends":false,"receives":true}}"""));
        Assert.Equal(TableFilter.All, rule.SendsFor(new NodeName("127.0.0.3"), DatabaseName.Data));
        Assert.Equal(TableFilter.None, rule.ReceivesFor(new NodeName("127.0.0.3"), DatabaseName.Data));
        Assert.Equal(TableFilter.All, rule.ReceivesFor(new NodeName("127.0.0.4"), DatabaseName.Data));
        Assert.Equal("""{"sendsTo":[{"target":"127.0.0.3"}],"receivesFrom":[{"source":"127.0.0.4"}]}""", NodeField.Of("", rule.WriteTo).Value.GetRawText());
    }

    [Fact]
    public void Revoked_serials_should_only_be_added_to_and_compared_without_form() =>
        Assert.Equal(["A1F", "2B"], RevokedSerials.Union(["A1F"], ["0a:1F", "2B", "02b"]));

    [Fact]
    public void Filters_should_combine_like_sets()
    {
        var tables = "abcd".Select(letter => new TableName($"{letter}")).ToArray();
        TableFilter[] filters = [TableFilter.All, TableFilter.None, TableFilter.AllBut(tables[..2]), TableFilter.Only(tables[1..3])];
        foreach (var left in filters)
            foreach (var right in filters)
                foreach (var table in tables)
                {
                    Assert.Equal(left.Allows(table) && right.Allows(table), left.And(right).Allows(table));
                    Assert.Equal(left.Allows(table) || right.Allows(table), left.Or(right).Allows(table));
                }
    }

    private static string Text(GossipAction.Write write) => Encoding.UTF8.GetString(new NodeRecord(write.Name, write.Changes).ToJson().Span);
}
