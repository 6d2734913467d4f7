using Harper.Core.Identity;
using Harper.Core.Membership;
using Xunit;
using static Harper.Tests.Core.Membership.MembershipFixtures;

namespace Harper.Tests.Core.Membership;

/// <summary>Proves R-CFG-06..15, 32..38: every form of a route, and what happens to those that are none.</summary>
public sealed class RouteParserSpecs
{
    [Theory]
    [InlineData("\"server-two\"", "server-two", "ws://server-two:9933")]
    [InlineData("\"wss://server-two:9933\"", "server-two", "wss://server-two:9933")]
    [InlineData("\"ws://server-two:9944\"", "server-two", "ws://server-two:9944")]
    [InlineData("\"ws://server-two\"", "server-two", "ws://server-two:9933")]
    [InlineData("\"ws://server-two:80\"", "server-two", "ws://server-two:80")]
    [InlineData("\"server-two:9935\"", "server-two", "ws://server-two:9935")]
    [InlineData("\"127.0.0.3\"", "127.0.0.3", "ws://127.0.0.3:9933")]
    [InlineData("\"127.0.0.3:19933\"", "127.0.0.3", "ws://127.0.0.3:19933")]
    [InlineData("\"[fd00::3]:9933\"", "fd00::3", "ws://[fd00::3]:9933")]
    [InlineData("\"fd00::3\"", "fd00::3", "ws://[fd00::3]:9933")]
    [InlineData("""{"hostname":"server-two","port":9944}""", "server-two", "ws://server-two:9944")]
    [InlineData("""{"host":"server-two","port":"9944"}""", "server-two", "ws://server-two:9944")]
    [InlineData("""{"hostname":"one","host":"two"}""", "one", "ws://one:9933")]
    [InlineData("""{"url":"ws://server-two:9933"}""", "server-two", "ws://server-two:9933")]
    [InlineData("""{"hostname":"server-two","url":"ws://10.0.0.7:9933"}""", "server-two", "ws://10.0.0.7:9933")]
    [InlineData("""{"hostname":"server-two","port":null}""", "server-two", "ws://server-two:9933")]
    public void A_route_in_any_form_should_name_its_peer_and_its_address(string entry, string peer, string url)
    {
        var route = Assert.Single(Routes(entry).Routes);
        Assert.Equal(peer, route.Peer.Value);
        Assert.Equal(url, PeerAddress.Write(route.Url));
    }

    [Theory]
    [InlineData("17")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"\"")]
    [InlineData("\"undefined\"")]
    [InlineData("\"http://server-two:9933\"")]
    [InlineData("\"ws://\"")]
    [InlineData("\"no such host\"")]
    [InlineData("\"server-two:port\"")]
    [InlineData("\"server-two:99999\"")]
    [InlineData("\"300.1.2.3\"")]
    [InlineData("\"ws://admin:secret@server-two:9933\"")]
    [InlineData("""{"hostname":"server-two","port":"http"}""")]
    [InlineData("""{"hostname":"server-two","startTime":"yesterday"}""")]
    public void An_entry_that_is_no_route_should_be_reported_and_the_others_should_still_work(string entry)
    {
        var list = Routes(entry, "\"127.0.0.2\"", "\"127.0.0.4\"");
        Assert.Equal("127.0.0.4", Assert.Single(list.Routes).Peer.Value);
        Assert.NotEmpty(Assert.Single(list.Problems).Problem);
        Assert.Single(list.Self);
    }

    [Fact]
    public void A_second_route_to_the_same_peer_should_be_reported_and_the_first_should_hold()
    {
        var list = Routes("\"127.0.0.3:1111\"", "\"127.0.0.3:2222\"");
        Assert.Equal(1111, Assert.Single(list.Routes).Url.Port);
        Assert.Single(list.Problems);
    }

    [Fact]
    public void A_route_without_a_port_should_take_the_port_and_scheme_of_this_node()
    {
        var route = Assert.Single(new RouteParser(Self, "wss", 19933).Parse([Parsed("\"server-two\"")]).Routes);
        Assert.Equal("wss://server-two:19933", PeerAddress.Write(route.Url));
    }

    [Fact]
    public void The_other_keys_of_a_route_should_be_read_under_both_their_names()
    {
        var route = Assert.Single(Routes(
            """{"host":"three","revokedCertificates":[17690706,"QA69C7E2S","1769E6"],"start_time":"2024-01-01T00:00:00Z","shard":3}""").Routes);
        Assert.Equal(["17690706", "QA69C7E2S", "1769E6"], route.RevokedCertificates);
        Assert.Equal(1704067200000, route.StartTime);
        Assert.Equal(3, route.Shard);
        Assert.Equal(["1A"], Assert.Single(Routes("""{"host":"x","revoked_certificates":["1A"]}""").Routes).RevokedCertificates);
    }

    [Fact]
    public void Explicit_subscriptions_should_turn_everything_else_off()
    {
        var route = Assert.Single(Routes("""{"host":"three","subscriptions":[{"schema":"dev","table":"my-table","publish":true,"subscribe":false}]}""").Routes);
        Assert.True(route.Replicates.IsNothing);
        var item = Assert.Single(route.Subscriptions!.Value);
        Assert.Equal(("dev", "my-table", true, false), (item.Database.Value, item.Table.Value, item.Publish, item.Subscribe));
        Assert.Equal((false, true), (item.Mirror().Publish, item.Mirror().Subscribe));
    }

    [Fact]
    public void An_operator_should_be_warned_of_what_a_list_of_routes_means()
    {
        Assert.Empty(RouteWarnings.Of(Settings(), Routes("\"127.0.0.3\"")));
        var directional = Routes("""{"host":"three","replicates":{"sends":true,"receives":false}}""");
        Assert.Contains("'system'", Assert.Single(RouteWarnings.Of(Settings(), directional)));
        Assert.Empty(RouteWarnings.Of(Settings("data"), directional));
        Assert.Contains("deprecated", Assert.Single(RouteWarnings.Of(Settings(), Routes("""{"host":"three","subscriptions":[]}"""))));
        Assert.Contains("skipped", Assert.Single(RouteWarnings.Of(Settings(), Routes("17"))));
    }

    [Fact]
    public void Times_should_need_a_zone()
    {
        Assert.False(StartTimes.TryParse(Parsed("\"2024-01-01T00:00:00\""), out _));
        Assert.False(StartTimes.TryParse(Parsed("\"2024-13-01T00:00:00Z\""), out _));
        Assert.True(StartTimes.TryParse(Parsed("\"2024-01-01T02:00:00+02:00\""), out var time));
        Assert.Equal(1704067200000, time);
        Assert.True(StartTimes.TryParse(Parsed("1704067200000"), out time));
        Assert.Equal(1704067200000, time);
    }
}
