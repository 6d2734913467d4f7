using System.Text.Json;
using Harper.Actors.Cluster;
using Harper.Core.Operations;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>Proves R-XGN-07 and 08: every form in which credentials may be given, as the one header that is sent.</summary>
public sealed class TemporaryCredentialsSpecs
{
    [Theory]
    [InlineData("""{"username":"admin","password":"a:é"}""", "Basic YWRtaW46YTrDqQ==")]
    [InlineData("\"Basic YWRtaW46eA==\"", "Basic YWRtaW46eA==")]
    [InlineData("\"basic YWRtaW46eA==\"", "Basic YWRtaW46eA==")]
    [InlineData("\"Bearer aa.bb.cc\"", "Bearer aa.bb.cc")]
    [InlineData("\"Token aa.bb.cc\"", "Bearer aa.bb.cc")]
    [InlineData("\" token  aa.bb.cc \"", "Bearer aa.bb.cc")]
    [InlineData("\"aa.bb.cc\"", "Bearer aa.bb.cc")]
    [InlineData("null", null)]
    public void Every_form_should_become_the_header_that_it_means(string given, string? header) =>
        Assert.Equal(header, TemporaryCredentials.ToHeader(JsonDocument.Parse(given).RootElement));

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"Secret-7\"")]
    [InlineData("\"Basic \"")]
    [InlineData("\"Digest Secret-7\"")]
    [InlineData("\"Bearer Secret-7\\r\\nX-Other: 1\"")]
    [InlineData("""{"username":"admin"}""")]
    [InlineData("""{"username":"admin","password":7}""")]
    [InlineData("[]")]
    public void What_is_none_should_be_refused_without_being_repeated(string given)
    {
        var error = Assert.Throws<OperationError>(() => TemporaryCredentials.ToHeader(JsonDocument.Parse(given).RootElement));
        Assert.Equal(400, error.Status);
        Assert.DoesNotContain("Secret-7", error.Message, StringComparison.Ordinal);
    }
}
