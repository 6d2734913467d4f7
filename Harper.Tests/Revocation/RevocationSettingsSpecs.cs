using System.Text.Json;
using Harper.Core.Certificates.Revocation;
using Xunit;

namespace Harper.Tests.Revocation;

/// <summary>Proves R-VER-05 to 08, 12 and R-CFG-41: what <c>certificateVerification</c> means, and that what means nothing is an error.</summary>
public sealed class RevocationSettingsSpecs
{
    [Fact]
    public void Every_form_should_mean_what_is_documented()
    {
        Assert.Equal(RevocationSettings.Automatic, Read("null"));
        Assert.Equal(RevocationScope.Everybody, Read("true").Scope);
        Assert.Equal(RevocationScope.Everybody, Read("{}").Scope);
        Assert.Equal(RevocationScope.Nobody, Read("false").Scope);
        var all = Read("""
            {"failureMode":"fail-open","crl":{"enabled":true,"timeout":1000,"cacheTtl":2000,"gracePeriod":0,"failureMode":"fail-closed"},
            "ocsp":{"enabled":false,"timeout":3000,"cacheTtl":4000,"errorCacheTtl":5000,"failureMode":"fail-open"}}
            """);
        Assert.True(all.FailOpen);
        Assert.Equal(new CrlSettings { Timeout = Ms(1000), CacheTtl = Ms(2000), GracePeriod = Ms(0), FailOpen = false }, all.Crl);
        Assert.Equal(new OcspSettings { Enabled = false, Timeout = Ms(3000), CacheTtl = Ms(4000), ErrorCacheTtl = Ms(5000), FailOpen = true }, all.Ocsp);
        Assert.False(Read("""{"crl":false}""").Crl.Enabled);
        Assert.Equal((Ms(10_000), Ms(86_400_000), Ms(86_400_000)), (Read("true").Crl.Timeout, Read("true").Crl.CacheTtl, Read("true").Crl.GracePeriod));
        Assert.Equal((Ms(5_000), Ms(3_600_000), Ms(300_000)), (Read("true").Ocsp.Timeout, Read("true").Ocsp.CacheTtl, Read("true").Ocsp.ErrorCacheTtl));
    }

    [Theory]
    [InlineData("\"yes\"", "verify is 'yes'; allowed is true, false, or a section with failureMode, crl and ocsp")]
    [InlineData("7", "verify is '7'")]
    [InlineData("""{"failuremode":"fail-open"}""", "verify.failuremode is not known; allowed is failureMode, crl, ocsp")]
    [InlineData("""{"failureMode":"open"}""", "verify.failureMode is 'open'; allowed is fail-closed or fail-open")]
    [InlineData("""{"crl":{"timeout":10}}""", "verify.crl.timeout is '10'; allowed is a number of milliseconds from 1000")]
    [InlineData("""{"crl":{"gracePeriod":-1}}""", "verify.crl.gracePeriod is '-1'")]
    [InlineData("""{"ocsp":{"enabled":"maybe"}}""", "verify.ocsp.enabled is 'maybe'; allowed is true or false")]
    [InlineData("""{"ocsp":[]}""", "verify.ocsp is '[]'; allowed is true, false, or a section")]
    public void What_cannot_be_understood_should_be_an_error(string given, string expected)
    {
        var errors = new List<string>();
        RevocationSettingsReader.Read(JsonDocument.Parse(given).RootElement, "verify", errors);
        Assert.StartsWith(expected, Assert.Single(errors), StringComparison.Ordinal);
    }

    private static RevocationSettings Read(string given)
    {
        var errors = new List<string>();
        var read = RevocationSettingsReader.Read(JsonDocument.Parse(given).RootElement, "verify", errors);
        Assert.Empty(errors);
        return read;
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
