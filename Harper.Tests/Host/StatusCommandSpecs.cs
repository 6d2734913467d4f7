using System.Text.Json;
using Harper.Host.CommandLine;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>Proves R-MON-10 for whoever looks with <c>harper status</c>: a copy with its bar, rate and what is left; in a pipe, lines with their time.</summary>
public sealed class StatusCommandSpecs
{
    private const string Copying = """
        {"node_name":"c","url":"ws://c:9933","is_enabled":true,"connections":[
          {"name":"a","database_sockets":[{"database":"data","connected":true,"lagMs":5,"pendingTransactions":2,"pendingBytes":300,
            "copyProgress":{"table":"dog","records":50000,"bytes":12300000,"totalRecords":200000,"recordsPerSecond":41000,"bytesPerSecond":9100000,"secondsLeft":3.7}}]},
          {"name":"b","reason":"Unauthorized","database_sockets":[{"database":"data","connected":false}]}]}
        """;

    [Fact]
    public void A_copy_should_be_shown_with_a_bar_its_rate_and_what_is_left()
    {
        var line = Picture(Copying).Lines[0];
        Assert.Equal("█████░░░░░░░░░░░░░░░", line.Bar);
        Assert.Equal("copying dog: 50,000 of 200,000 records (25 %), 12.3 MB, 41,000 records/s, 9.1 MB/s, 4 s left", line.CopyInWords);
    }

    /// <summary>Whoever gives a copy is loaded by it, and its operator looks there.</summary>
    [Fact]
    public void A_copy_that_is_given_should_be_shown_too()
    {
        var line = Picture("""
            {"node_name":"a","url":"ws://a:9933","is_enabled":true,"connections":[{"name":"c","database_sockets":[{"database":"data","connected":true,
              "lastReceivedLocalTime":"Wed, 25 Nov 2026 23:31:04 GMT","lagMs":null,"pendingTransactions":0,"pendingBytes":0,
              "sendingCopyProgress":{"table":"dog","records":75000,"bytes":12300000,"totalRecords":100000}}]}]}
            """).Lines[0];
        Assert.Equal("███████████████░░░░░", line.Bar);
        Assert.Equal("giving a copy of dog: 75,000 of 100,000 records (75 %), 12.3 MB", line.CopyInWords);
        Assert.Equal("2026-11-25 23:31:04", line.LastReceived);

        // While it takes the copy it gives nothing: for a large one that is minutes, in which nothing is wrong.
        line = Picture("""
            {"node_name":"a","url":"ws://a:9933","is_enabled":true,"connections":[{"name":"c","database_sockets":[{"database":"data","connected":false,
              "lastConnectionError":{"code":1012,"reason":"the database exists now"},"sendingCopyProgress":{"table":"dog","records":1,"bytes":100,"totalRecords":4}}]}]}
            """).Lines[0];
        Assert.Equal("c data gives a copy, takes once that is done, giving a copy of dog: 1 of 4 records (25 %), 0.0 MB", line.ToString());
    }

    [Fact]
    public void A_pipe_should_get_lines_with_their_time_and_each_once()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var log = new StatusLog(output, new Noon());
        log.Say(Picture(Copying));
        log.Say(Picture(Copying));
        log.Say(Picture("""{"node_name":"c","url":"ws://c:9933","is_enabled":true,"connections":[{"name":"b","database_sockets":[{"database":"data","connected":true,"lagMs":null,"pendingTransactions":0,"pendingBytes":0}]}]}"""));
        Assert.Equal(
            """
            2026-11-25T12:00:00.000Z c  ws://c:9933  takes part in replication
            2026-11-25T12:00:00.000Z a data connected, lag 5 ms, pending 2 transactions (300 bytes), copying dog: 50,000 of 200,000 records (25 %), 12.3 MB, 41,000 records/s, 9.1 MB/s, 4 s left
            2026-11-25T12:00:00.000Z b data not connected: Unauthorized
            2026-11-25T12:00:00.000Z a data is gone
            2026-11-25T12:00:00.000Z b data connected, pending 0 transactions (0 bytes)

            """.ReplaceLineEndings("\n"), output.ToString());
    }

    [Fact]
    public void A_node_that_knows_nobody_should_say_how_it_becomes_a_member()
    {
        using var output = new StringWriter();
        new StatusLog(output, new Noon()).Say(Picture("""{"node_name":"c","url":"ws://c:9933","is_enabled":true,"connections":[]}"""));
        Assert.Contains("harper add_node", output.ToString(), StringComparison.Ordinal);
    }

    private static StatusPicture Picture(string json) => StatusPicture.Of(JsonDocument.Parse(json).RootElement);

    private sealed class Noon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    }
}
