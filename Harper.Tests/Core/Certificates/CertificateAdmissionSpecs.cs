using System.Net;
using Harper.Core.Certificates;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Xunit;
using static Harper.Tests.Core.Membership.MembershipFixtures;

namespace Harper.Tests.Core.Certificates;

/// <summary>Proves R-SEC-02, 03, 05, 09, R-IP-06, R-REV-01, 04, 05, 08: who is let in by a secure socket.</summary>
public sealed class CertificateAdmissionSpecs
{
    private static readonly NodeRecords Known = Records(Member("127.0.0.2"), Member("node-b"), Member("10.0.0.7"));

    [Theory]
    [InlineData("node-b", new string[0])]
    [InlineData("other", new[] { "localhost", "node-b" })]
    [InlineData("other", new[] { "127.0.0.1", "10.0.0.7" })]
    public void A_common_name_or_an_alternative_name_should_say_who_it_is(string common, string[] names)
    {
        var expected = names.Contains("10.0.0.7") ? "10.0.0.7" : "node-b";
        Assert.Equal(new AdmissionDecision.Node(new NodeName(expected)), Decide(Claim(common, names)));
    }

    [Fact]
    public void The_names_that_every_certificate_carries_should_identify_nobody()
    {
        var records = Records(Member("127.0.0.2"), Member("127.0.0.1"), Member("localhost"));
        Assert.IsType<AdmissionDecision.Refused>(Decide(Claim("other", ["localhost", "127.0.0.1", "::1"]), records: records));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_address_should_identify_nobody_on_a_secure_socket(bool showsCertificate)
    {
        var claim = new PeerClaim(IPAddress.Parse("10.0.0.7"), true, showsCertificate ? new CertificateClaim(Facts("stranger", []), null) : null);
        var refused = Assert.IsType<AdmissionDecision.Refused>(Decide(claim));
        Assert.Contains(showsCertificate ? "no hdb_nodes entry for stranger" : "no client certificate", refused.Reason, StringComparison.Ordinal);
        Assert.IsType<AdmissionDecision.AskCredentials>(Decide(claim, hasCredentials: true));
    }

    [Fact]
    public void A_certificate_that_is_not_believed_should_count_for_nothing_and_its_reason_be_told()
    {
        var claim = Claim("node-b", [], problem: "certificate has expired");
        Assert.Equal("certificate has expired", Assert.IsType<AdmissionDecision.Refused>(Decide(claim)).Reason);
        Assert.IsType<AdmissionDecision.AskCredentials>(Decide(claim, hasCredentials: true));
    }

    [Fact]
    public void What_its_authority_took_back_should_not_be_made_good_by_credentials()
    {
        var claim = Claim("node-b", [], problem: "certificate revoked: listed");
        claim = claim with { Certificate = claim.Certificate! with { IsTakenBack = true } };
        Assert.Equal("certificate revoked: listed", Assert.IsType<AdmissionDecision.Refused>(Decide(claim, hasCredentials: true)).Reason);
    }

    [Theory]
    [InlineData("0a:1F", null)]
    [InlineData(null, "A1F")]
    [InlineData("unmatchable QA69C7E2S", "000a1f")]
    public void A_revoked_serial_should_refuse_whoever_says_so_and_credentials_not_help(string? inRecord, string? inRoute)
    {
        var record = Row($$"""{"name":"node-b","url":"wss://node-b:9933","replicates":true{{(inRecord is null ? "" : $",\"revoked_certificates\":[\"{inRecord}\"]")}}}""");
        var routes = Routes($$"""{"hostname":"node-b","revokedCertificates":[{{(inRoute is null ? "" : $"\"{inRoute}\"")}}]}""");
        var decision = Admission.Decide(Claim("node-b", []), hasCredentials: true, Settings(), Records(Member("127.0.0.2"), record), routes);
        Assert.Equal("certificate revoked", Assert.IsType<AdmissionDecision.Refused>(decision).Reason);
    }

    private static AdmissionDecision Decide(PeerClaim claim, bool hasCredentials = false, NodeRecords? records = null) =>
        Admission.Decide(claim, hasCredentials, Settings(), records ?? Known, RouteList.Empty);

    private static PeerClaim Claim(string common, string[] names, string? problem = null) =>
        new(IPAddress.Parse("192.0.2.1"), true, new CertificateClaim(Facts(common, names), problem));

    internal static CertificateFacts Facts(string? common, string[] names) => new()
    {
        CommonName = common, Subject = $"CN={common}", Issuer = "CN=somebody", Serial = "0A1F", KeyAlgorithm = "RSA", KeyBits = 4096, Fingerprint = "", KeyFingerprint = "",
        ValidFrom = DateTimeOffset.UnixEpoch, ValidTo = DateTimeOffset.UnixEpoch.AddYears(100),
        DnsNames = [.. names.Where(name => !IPAddress.TryParse(name, out _))],
        Addresses = [.. names.Where(name => IPAddress.TryParse(name, out _)).Select(IPAddress.Parse)],
    };
}
