using System.Text;
using Harper.Core.Operations;
using Harper.Host.Configuration;
using Harper.Host.Http;
using Harper.Host.Logging;
using Harper.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>Proves R-LOG's line form, the levels of the configuration, rotation by size, and invariant 12: no secret reaches the log.</summary>
public sealed class LogSpecs : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_line_should_have_the_originals_form_and_only_what_the_level_lets_through()
    {
        Write("warn", log =>
        {
            log.LogInformation("not this");
            log.LogWarning("this {Number}", 1);
            log.Log(LogLevel.Information, LogSeverity.Notify, "and this");
        });
        var lines = File.ReadAllLines(_folder.Below("hdb.log"));
        Assert.Equal(2, lines.Length);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[main/\d+\] \[warn\] \[Some\]: this 1$", lines[0]);
        Assert.Contains("[notify] [Some]: and this", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"operation":"add_user","password":"s3cret"}""")]
    [InlineData("Authorization: Basic czNjcmV0OnMzY3JldA==")]
    [InlineData("dialled ws://admin:s3cret@host:9933")]
    [InlineData("dialled ws://s3cret@host:9933")]
    [InlineData("Bearer s3cret.s3cret.s3cret")]
    [InlineData("-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----")]
    public void A_secret_should_not_reach_the_log(string text)
    {
        var redacted = LogRedaction.Redact(text);
        Assert.DoesNotContain("s3cret", redacted, StringComparison.Ordinal);
        Assert.DoesNotContain("czNj", redacted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"operation":"csv_url_load","csv_url":"https://me:s3cret@host/a.csv?X-Signature=s3cret#s3cret"}""", "https://host/a.csv?*****")]
    [InlineData("""{"operation":"csv_url_load","csv_url":"https://s3cret@host/a.csv"}""", "\"https://host/a.csv\"")]
    [InlineData("""{"operation":"csv_url_load","csv_url":"ftp://me:s3cret@host/"}""", "\"ftp:*****\"")]
    [InlineData("""{"operation":"csv_url_load","csv_url":"//me:s3cret@host/"}""", "csv_url")]
    [InlineData("""{"operation":"csv_url_load","csv_url":{"url":"s3cret"}}""", "csv_url")]
    [InlineData("""{"operation":"csv_url_load","passthrough_headers":{"key":"s3cret"}}""", "csv_url_load")]
    [InlineData("""{"operation":"import_from_s3","s3":{"aws_secret_access_key":"s3cret"}}""", "import_from_s3")]
    [InlineData("""{"operation":"create_authentication_tokens","password":"s3cret"}""", "create")]
    [InlineData("""{"operation":"add_node","url":"wss://me:s3cret@host:9933"}""", "wss://host:9933/")]
    public void What_was_asked_should_stand_in_the_log_without_its_secrets(string body, string shown)
    {
        // As the listener writes it down, and as whoever runs it does.
        var fields = OperationFields.ParseBody(Encoding.UTF8.GetBytes(body));
        foreach (var line in (string[])[RequestLog.Shorten(fields), OperationText.Of(fields)])
        {
            Assert.DoesNotContain("s3cret", line, StringComparison.Ordinal);
            Assert.Contains(shown, line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_is_too_long_should_be_set_aside()
    {
        using (var file = new LogFile(_folder.Below("hdb.log"), _folder.Path, maxBytes: 1000, maxAge: null))
            for (var i = 0; i < 40; i++) file.Write(new string('x', 100), DateTime.UnixEpoch.AddSeconds(i));
        Assert.InRange(Directory.GetFiles(_folder.Path, "hdb-*.log").Length, 3, 4);
        Assert.All(Directory.GetFiles(_folder.Path), file => Assert.InRange(new FileInfo(file).Length, 1, 1200));
    }

    private void Write(string level, Action<ILogger> write)
    {
        using var writer = new LogWriter(Config(), TextWriter.Null);
        using var loggers = HarperLoggerProvider.CreateFactory(writer, level, TimeProvider.System);
        write(loggers.CreateLogger("Harper.Some"));
    }

    private LoggingConfig Config() => new()
    {
        Level = "warn", File = true, Path = _folder.Below("hdb.log"), StdStreams = false, AuditLog = true, AuditRetention = TimeSpan.FromDays(3), AuditMaxBytes = 1L << 36,
        RotationBytes = 1_000_000, RotationDirectory = _folder.Path, RotationInterval = null,
    };
}
