using Harper.Actors.Operations;
using Harper.Actors.Operations.Logs;
using Harper.Core.Operations;
using Harper.Host.Configuration;
using Harper.Host.Logging;
using Harper.Tests.Support;
using Microsoft.Extensions.Logging;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>Proves R-LOG-04: what the node writes to its log can be asked for by level, time and words, in either order.</summary>
public sealed class ReadLogSpecs : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OperationEntry _read;

    public ReadLogSpecs()
    {
        var path = _folder.Below("hdb.log");
        _read = new ReadLogOperation(path).Entries.Single();
        File.WriteAllText(path, """
               at the end of something set aside
            2026-11-25T12:00:00.001Z [main/1] [info] [HarperHost]: started
            2026-11-25T12:00:01.000Z [main/7] [error] [PeerActor]: it broke: System.IO.IOException: disk
               at Harper.Somewhere()
               at Harper.SomewhereElse()
            2026-11-25T12:00:02.000Z [main/7] [warn] [PeerActor] [data]: [brackets] in a message: fine
            2026-11-25T12:00:03.000Z [main/9] [notify] [HarperHost]: ended

            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_should_be_read_whole_and_oldest_first()
    {
        var all = Read("{}");
        Assert.Equal(["info", "error", "warn", "notify"], all.Select(entry => (string?)entry!["level"]));
        Assert.Equal(
            """{"timestamp":"2026-11-25T12:00:02.000Z","thread":"main/7","level":"warn","tags":["PeerActor","data"],"message":"[brackets] in a message: fine"}""",
            all[2]!.ToJsonString());
        Assert.Equal("it broke: System.IO.IOException: disk\n   at Harper.Somewhere()\n   at Harper.SomewhereElse()", (string?)all[1]!["message"]);
    }

    [Theory]
    [InlineData("""{"level":"error"}""", "error")]
    [InlineData("""{"from":"2026-11-25T12:00:01Z","until":"2026-11-25T12:00:02Z"}""", "error warn")]
    [InlineData("""{"to":"2026-11-25T12:00:00.500Z"}""", "info")]
    [InlineData("""{"filter":"SOMEWHEREELSE"}""", "error")]
    [InlineData("""{"order":"desc"}""", "notify warn error info")]
    [InlineData("""{"order":"desc","start":1,"limit":2}""", "warn error")]
    [InlineData("""{"start":1,"limit":2}""", "error warn")]
    [InlineData("""{"start":4}""", "")]
    public void What_is_asked_for_should_be_what_comes(string arguments, string levels) =>
        Assert.Equal(levels, string.Join(' ', Read(arguments).Select(entry => (string?)entry!["level"])));

    [Theory]
    [InlineData("""{"level":"loud"}""", "'level' must be one of [notify, fatal, error, warn, info, debug, trace]")]
    [InlineData("""{"from":"yesterday"}""", "'from' must be a valid date")]
    [InlineData("""{"order":"up"}""", "'order' must be one of [asc, desc]")]
    [InlineData("""{"limit":0}""", "'limit' must be greater than or equal to 1")]
    [InlineData("""{"limit":100001}""", "'start' and 'limit' must be 100000 at most together; ask for a shorter time with 'from' and 'until'")]
    public void What_cannot_be_meant_should_be_refused(string arguments, string problem)
    {
        var refused = Assert.Throws<OperationError>(() => Read(arguments));
        Assert.Equal((400, problem), (refused.Status, refused.Message));
    }

    /// <summary>What the node's own logger writes is what is read, while it goes on writing.</summary>
    [Fact]
    public async Task Lines_of_the_nodes_own_logger_should_be_understood()
    {
        var config = new LoggingConfig
        {
            Level = "info", File = true, Path = _folder.Below("hdb.log"), StdStreams = false, AuditLog = true, AuditRetention = TimeSpan.FromDays(3),
            AuditMaxBytes = 1L << 36, RotationBytes = 1_000_000, RotationDirectory = _folder.Path, RotationInterval = null,
        };
        using var writer = new LogWriter(config, TextWriter.Null);
        using var factory = HarperLoggerProvider.CreateFactory(writer, "info", TimeProvider.System);
        factory.CreateLogger("Harper.Tests.Somebody").LogWarning("a word for it");
        await Wait.UntilAsync(() => Read("""{"filter":"a word for it"}""") is [{ } entry] && (string?)entry["level"] == "warn" && (string?)entry["tags"]![0] == "Somebody", "the line is read");
    }

    [Fact]
    public void A_node_without_a_log_file_should_say_so() =>
        Assert.Contains("logging.file", Assert.Throws<OperationError>(() => Read("{}", new ReadLogOperation(null).Entries.Single())).Message, StringComparison.Ordinal);

    private JsonArray Read(string arguments, OperationEntry? by = null)
    {
        var call = new OperationCall("read_log", OperationFields.ParseObject(Encoding.UTF8.GetBytes(arguments)), OperationNode.Admin, CallOrigin.Http);
        var answering = (by ?? _read).Run(call, TestContext.Current.CancellationToken).AsTask();
        Assert.True(answering.IsCompleted, "it waits for something");
        var answer = answering.GetAwaiter().GetResult();
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) answer.WriteToAsync(writer, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();
        return JsonNode.Parse(stream.ToArray())!.AsArray();
    }
}
