using System.Net;
using System.Text;
using Harper.Core.Certificates;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Xunit;
using static Harper.Tests.Core.Membership.MembershipFixtures;

namespace Harper.Tests.Core.Membership;

/// <summary>Proves R-IP-02, 03, 07 and R-SEC-09, 10: who is let in by a plain socket.</summary>
public sealed class AdmissionSpecs
{
    [Theory]
    [InlineData("127.0.0.3")]
    [InlineData("::ffff:127.0.0.3")]
    public void A_source_address_with_a_record_should_be_that_node(string source)
    {
        var decision = Decide(source, Records(Member("127.0.0.2"), Member("127.0.0.3")), RouteList.Empty);
        Assert.Equal(new AdmissionDecision.Node(new NodeName("127.0.0.3")), decision);
    }

    [Fact]
    public void A_source_address_with_a_route_should_be_that_node() =>
        Assert.IsType<AdmissionDecision.Node>(Decide("127.0.0.3", Records(), Routes("\"127.0.0.3\"")));

    [Fact]
    public void An_unknown_address_should_be_refused_with_what_to_add_and_a_reason_that_fits()
    {
        var refused = Assert.IsType<AdmissionDecision.Refused>(Decide("127.0.0.9", Records(Member("127.0.0.2")), RouteList.Empty));
        Assert.Contains("no hdb_nodes entry for IP 127.0.0.9", refused.Reason);
        Assert.True(Encoding.UTF8.GetByteCount(refused.Reason) <= 123);
        Assert.Contains("127.0.0.9", refused.Remedy);
        Assert.Contains("add_node", refused.Remedy);
    }

    [Fact]
    public void An_unknown_address_with_credentials_should_be_asked_for_them() =>
        Assert.IsType<AdmissionDecision.AskCredentials>(
            Admission.Decide(PeerClaim.Plain(IPAddress.Parse("127.0.0.9")), true, Settings(), Records(), RouteList.Empty));

    [Fact]
    public void A_node_should_not_let_itself_in() =>
        Assert.IsType<AdmissionDecision.Refused>(Decide("127.0.0.2", Records(Member("127.0.0.2")), RouteList.Empty));

    [Fact]
    public void A_removed_node_should_be_refused_whatever_routes_still_say()
    {
        var refused = Assert.IsType<AdmissionDecision.Refused>(
            Decide("127.0.0.3", Records(Member("127.0.0.2")).Removing("127.0.0.3"), Routes("\"127.0.0.3\"")));
        Assert.Contains("removed", refused.Reason);
    }

    [Fact]
    public void A_node_that_was_removed_itself_should_let_nobody_in() =>
        Assert.IsType<AdmissionDecision.Refused>(
            Decide("127.0.0.3", Records(Member("127.0.0.3")).Removing("127.0.0.2"), Routes("\"127.0.0.3\"")));

    [Fact]
    public void A_record_that_allows_nothing_should_not_let_in()
    {
        var row = Row("""{"name":"127.0.0.3","url":"ws://127.0.0.3:9933","replicates":false}""");
        Assert.IsType<AdmissionDecision.Refused>(Decide("127.0.0.3", Records(Member("127.0.0.2"), row), RouteList.Empty));
    }

    /// <summary>R-REV-05: its thief has its address too, as often as not.</summary>
    [Theory]
    [InlineData("[\"0A1B\"]", "\"127.0.0.4\"")]
    [InlineData("[]", "{\"hostname\":\"127.0.0.3\",\"revokedCertificates\":[\"0A1B\"]}")]
    public void Whose_certificates_were_taken_back_should_not_be_let_in_by_its_address(string ofRecord, string route)
    {
        var row = Row($$"""{"name":"127.0.0.3","url":"wss://127.0.0.3:9933","replicates":true,"revoked_certificates":{{ofRecord}}}""");
        var refused = Assert.IsType<AdmissionDecision.Refused>(Decide("127.0.0.3", Records(Member("127.0.0.2"), row), Routes(route)));
        Assert.Equal("certificate revoked", refused.Reason);
        Assert.Contains("secure port", refused.Remedy);
    }

    private static AdmissionDecision Decide(string source, NodeRecords records, RouteList routes) =>
        Admission.Decide(PeerClaim.Plain(IPAddress.Parse(source)), false, Settings(), records, routes);
}
