using Harper.Core.Membership;
using Harper.Core.Operations;
using Xunit;
using static Harper.Tests.Core.Membership.MembershipFixtures;

namespace Harper.Tests.Core.Membership;

/// <summary>Proves R-CLU-02, 08, 26, D25 and D26: what add_node and its siblings take and refuse.</summary>
public sealed class NodeValidationSpecs
{
    [Theory]
    [InlineData("""{"hostname":"127.0.0.3"}""", "127.0.0.3", "ws://127.0.0.3:9933")]
    [InlineData("""{"node_name":"127.0.0.3"}""", "127.0.0.3", "ws://127.0.0.3:9933")]
    [InlineData("""{"name":"server-two"}""", "server-two", "ws://server-two:9933")]
    [InlineData("""{"url":"ws://127.0.0.3:19933"}""", "127.0.0.3", "ws://127.0.0.3:19933")]
    [InlineData("""{"hostname":"server-two","url":"ws://10.0.0.7:9933"}""", "server-two", "ws://10.0.0.7:9933")]
    public void A_target_should_be_known_by_name_or_url(string body, string name, string url)
    {
        var target = NodeValidation.Target(Parsed(body), "add_node", Settings());
        Assert.Equal(name, target.Name.Value);
        Assert.Equal(url, PeerAddress.Write(target.Url));
    }

    [Theory]
    [InlineData("{}", "url or hostname is required for add_node operation")]
    [InlineData("""{"hostname":""}""", "url or hostname is required for add_node operation")]
    [InlineData("""{"hostname":"undefined"}""", "hostname")]
    [InlineData("""{"hostname":17}""", "hostname")]
    [InlineData("""{"hostname":"no such host"}""", "hostname")]
    [InlineData("""{"url":"http://127.0.0.3:9933"}""", "url")]
    [InlineData("""{"url":"ws://undefined:9933"}""", "url")]
    [InlineData("""{"url":"nonsense"}""", "url")]
    [InlineData("""{"hostname":"127.0.0.2"}""", "127.0.0.2 is this node")]
    [InlineData("""{"url":"ws://127.0.0.2:9933"}""", "127.0.0.2 is this node")]
    public void What_is_no_target_should_be_refused_with_400_naming_the_field(string body, string text)
    {
        var error = Assert.Throws<OperationError>(() => NodeValidation.Target(Parsed(body), "add_node", Settings()));
        Assert.Equal(400, error.Status);
        Assert.Contains(text, error.Message);
    }

    [Theory]
    [InlineData("\"2024-01-01T00:00:00.000Z\"", 1704067200000d)]
    [InlineData("\"2024-01-01T00:00:00Z\"", 1704067200000d)]
    [InlineData("\"2024-01-01T00:00Z\"", 1704067200000d)]
    [InlineData("\"2024-01-01T02:00:00.5+02:00\"", 1704067200500d)]
    [InlineData("\"2023-12-31T19:00:00-0500\"", 1704067200000d)]
    [InlineData("1704067200000", 1704067200000d)]
    [InlineData("1704067200000.25", 1704067200000.25)]
    [InlineData("null", null)]
    public void R_SYN_06_a_start_time_should_be_read_in_all_its_forms(string value, double? milliseconds) =>
        Assert.Equal(milliseconds, NodeValidation.StartTime(Parsed($$"""{"start_time":{{value}}}""")));

    [Theory]
    [InlineData("\"2024-01-01\"")]
    [InlineData("\"2024-02-30T00:00:00Z\"")]
    [InlineData("\"2024-01-01T25:00:00Z\"")]
    [InlineData("\"2024-01-01 00:00:00Z\"")]
    [InlineData("\"1704067200000\"")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("1e400")]
    [InlineData("\"yesterday\"")]
    [InlineData("\"2024-01-01T00:00:00\"")]
    [InlineData("true")]
    [InlineData("-5")]
    public void A_bad_start_time_should_be_refused(string value)
    {
        var error = Assert.Throws<OperationError>(() => NodeValidation.StartTime(Parsed($$"""{"start_time":{{value}}}""")));
        Assert.Equal(400, error.Status);
        Assert.StartsWith("start_time must be an ISO 8601 UTC timestamp (e.g. 2024-01-01T00:00:00Z) or epoch milliseconds, received", error.Message);
    }

    [Theory]
    [InlineData("""{"hostname":"undefined"}""", "undefined")]
    [InlineData("""{"url":"ws://127.0.0.3:9933"}""", "127.0.0.3")]
    public void Any_name_that_stands_in_the_table_should_be_removable(string body, string name) =>
        Assert.Equal(name, NodeValidation.RemovedName(Parsed(body)).Value);

    [Fact]
    public void A_removal_without_a_name_should_be_refused()
    {
        var error = Assert.Throws<OperationError>(() => NodeValidation.RemovedName(Parsed("{}")));
        Assert.Equal("url or hostname is required for remove_node operation", error.Message);
    }
}
