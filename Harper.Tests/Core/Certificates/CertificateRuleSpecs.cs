using Harper.Core.Certificates;
using Harper.Core.Identity;
using Xunit;

namespace Harper.Tests.Core.Certificates;

/// <summary>Proves R-SEC-06, 07, 08, 13, R-CFG-27, R-CRT-05 and the forms of operations API 8.2.</summary>
public sealed class CertificateRuleSpecs
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly CertificateFacts Good = CertificateAdmissionSpecs.Facts("node-b", ["node-b", "*.example.com", "10.0.0.7"]);

    [Fact]
    public void Each_fault_of_a_certificate_should_have_its_own_words()
    {
        Assert.Null(PeerCertificateRules.ProblemOf(Good, CertificateRole.Client, Now));
        Assert.Contains("expired", Fault(Good with { ValidTo = Now.AddSeconds(-1) }), StringComparison.Ordinal);
        Assert.Contains("not yet valid", Fault(Good with { ValidFrom = Now.AddSeconds(1) }), StringComparison.Ordinal);
        Assert.Contains("authority", Fault(Good with { IsAuthority = true }), StringComparison.Ordinal);
        Assert.Contains("RSA 1024", Fault(Good with { KeyBits = 1024 }), StringComparison.Ordinal);
        Assert.Contains("EC 192", Fault(Good with { KeyAlgorithm = "EC", KeyBits = 192 }), StringComparison.Ordinal);
        Assert.Contains("SHA-1", Fault(Good with { HasWeakSignature = true }), StringComparison.Ordinal);
        Assert.Contains("not meant for clients", Fault(Good with { Usages = ["1.3.6.1.5.5.7.3.1"] }), StringComparison.Ordinal);
        Assert.Null(PeerCertificateRules.ProblemOf(Good with { Usages = ["1.3.6.1.5.5.7.3.1"] }, CertificateRole.Server, Now));
    }

    [Theory]
    [InlineData("node-b", true)]
    [InlineData("NODE-B", true)]
    [InlineData("one.example.com", true)]
    [InlineData("one.two.example.com", false)]
    [InlineData("example.com", false)]
    [InlineData("10.0.0.7", true)]
    [InlineData("10.0.0.8", false)]
    public void A_certificate_should_be_for_its_names_and_no_others(string host, bool expected) => Assert.Equal(expected, CertificateNames.IsFor(Good, host));

    [Fact]
    public void The_certificate_shown_should_be_one_for_the_purpose_then_one_that_others_signed_then_one_for_this_host()
    {
        var selfMade = Candidate("self", "node-a", selfSigned: true, uses: ["replication"]);
        var signed = Candidate("signed", "node-a", uses: ["replication"]);
        var provided = Candidate("provided", "node-a");
        var web = Candidate("web", "www.example.com", uses: ["https"]);
        Assert.Equal("self", Shown(null, selfMade));
        Assert.Equal("signed", Shown(null, selfMade, signed, web));
        Assert.Equal("provided", Shown(null, selfMade, provided, web));
        Assert.Equal("signed", Shown("www.example.com", selfMade, signed, web));
        Assert.Equal("web", CertificateChoice.For([selfMade, signed, web], "https", "www.example.com", "node-a", Now)?.Row.Name);
        Assert.Null(Shown(null, web));
        Assert.Equal("web", CertificateChoice.For([selfMade, web], "https", null, "node-a", Now)?.Row.Name);
        Assert.Null(Shown(null, signed with { HasKey = false }, signed with { Row = signed.Row with { IsAuthority = true } }));
    }

    [Fact]
    public void What_is_issued_should_follow_from_the_name_and_the_address_of_the_node_alone()
    {
        var profile = CertificateProfile.OfNode(new NodeName("node-b"), "wss://10.0.0.7:9933");
        Assert.Equal(("node-b", false), (profile.CommonName, profile.IsAuthority));
        Assert.Equal(["localhost", "node-b"], profile.DnsNames);
        Assert.Equal(["127.0.0.1", "::1", "10.0.0.7"], profile.Addresses.Select(address => address.ToString()));
    }

    [Fact]
    public void Renewal_should_be_due_in_the_last_third_and_at_most_thirty_days_before_the_end()
    {
        Assert.Equal(Good.ValidTo.AddDays(-30), RenewalPolicy.DueAt(Good));
        Assert.Equal(Now.AddMinutes(2), RenewalPolicy.DueAt(Good with { ValidFrom = Now, ValidTo = Now.AddMinutes(3) }));
    }

    [Fact]
    public void Texts_should_have_the_forms_of_the_original()
    {
        Assert.Equal("Nov  3 07:28:43 2026 GMT", CertificateText.Date(new DateTimeOffset(2026, 11, 3, 8, 28, 43, TimeSpan.FromHours(1))));
        Assert.Equal("0:0:0:0:0:0:0:1", CertificateText.Address(System.Net.IPAddress.IPv6Loopback));
        Assert.Equal("HarperDB\\, Inc.", CertificateText.Escape("HarperDB, Inc."));
        Assert.Equal("\\ a\\+b\\ ", CertificateText.Escape(" a+b "));
        Assert.Equal("server-one", CertificateNames.NodeOfAuthority("HarperDB-Certificate-Authority-server-one"));
    }

    private static string Fault(CertificateFacts facts) => PeerCertificateRules.ProblemOf(facts, CertificateRole.Client, Now) ?? "none";

    private static string? Shown(string? serverName, params CertificateCandidate[] all) => CertificateChoice.For(all, "replication", serverName, "node-a", Now)?.Row.Name;

    private static CertificateCandidate Candidate(string name, string host, bool? selfSigned = null, string[]? uses = null) => new(
        new CertificateRow(name, "") { IsSelfSigned = selfSigned, Uses = uses is null ? null : [.. uses] }, CertificateAdmissionSpecs.Facts(host, [host]), true);
}
