using System.Diagnostics;
using System.Net;
using System.Text;
using Harper.Actors.Outside;
using Harper.Core.Outside;
using Harper.Tests.Revocation;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Security;

/// <summary>
/// The one way out to URLs from outside, of certificates and of loads alike (X40): it goes where it may, follows no redirect elsewhere, and takes no more than was agreed on, in bytes and in time.
/// </summary>
public sealed class GuardedFetchSpecs : IDisposable
{
    private const string Here = "127.0.43.71", Elsewhere = "127.0.43.72";
    private static readonly OutboundPolicy Policy = new([IPNetwork.Parse(Here + "/32")], "a setting");
    private readonly ListServer _server = new(Here);
    private readonly ListServer _inner = new(Elsewhere);
    private readonly GuardedFetch _fetch = new();

    public void Dispose()
    {
        _fetch.Dispose();
        _server.Dispose();
        _inner.Dispose();
    }

    [Fact]
    public async Task What_may_be_had_should_come_whole_and_follow_redirects_to_where_it_may()
    {
        var body = new byte[3 << 20];
        new Random(1).NextBytes(body);
        var url = _server.Serve("/list", body);
        Same(null, body, await GetAsync(Of(url)));
        var moved = _server.Serve("/moved", [], "307 Temporary Redirect", "Location: /list\r\n");
        Same(null, body, await GetAsync(Of(moved)));
        Same($"{moved} answers 307", [], await GetAsync(Of(moved) with { Redirects = null }));
    }

    [Theory]
    [InlineData("http://127.0.43.72/")]
    [InlineData("http://localhost/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:7f00:2b48]/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://0x7f002b48/")]
    [InlineData("http://0/")]
    [InlineData("https://127.0.43.72/")]
    public async Task No_URL_and_no_redirect_should_lead_inwards(string target)
    {
        var url = target.Replace("127.0.43.72", $"127.0.43.72:{new Uri(_inner.Url).Port}", StringComparison.Ordinal);
        foreach (var asked in (string[])[url, _server.Serve("/away", [], "302 Found", $"Location: {url}\r\n")])
        {
            var watch = Stopwatch.StartNew();
            var (problem, body) = await GetAsync(Of(asked));
            Assert.Contains("which is not a public address; if that is meant, name its network in a setting", problem, StringComparison.Ordinal);
            Assert.Empty(body);
            // Refused, and not tried.
            Assert.True(watch.Elapsed.TotalSeconds < 20, $"{watch.Elapsed}");
        }
        Assert.Empty(_inner.Asked);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "'file:' is not allowed")]
    [InlineData("gopher://127.0.43.71/", "'gopher:' is not allowed")]
    [InlineData("http://me:s3cret@127.0.43.71/", "must not hold credentials")]
    [InlineData("http:///x", "answers 302")]
    public async Task No_redirect_should_leave_HTTP_or_bring_credentials(string target, string reason)
    {
        var (problem, _) = await GetAsync(Of(_server.Serve("/away", [], "302 Found", $"Location: {target}\r\n")));
        Assert.True(problem!.Contains(reason, StringComparison.Ordinal) || problem.Contains("cannot be reached", StringComparison.Ordinal), problem);
        Assert.DoesNotContain("s3cret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirects_in_a_circle_and_answers_without_an_end_should_be_left()
    {
        var circle = _server.Serve("/circle", [], "302 Found", "Location: /circle\r\n");
        Same($"{circle}: more than 3 redirects", [], await GetAsync(Of(circle)));
        Assert.Equal(4, _server.Count("/circle"));

        var claimed = _server.Serve("/claimed", (stream, ended) => stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"u8.ToArray(), ended).AsTask());
        Same($"{claimed} answers with more than 4194304 bytes", [], await GetAsync(Of(claimed)));

        var endless = _server.Serve("/endless", async (stream, ended) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), ended);
            while (true) await stream.WriteAsync(new byte[64 * 1024], ended);
        });
        var (problem, body) = await GetAsync(Of(endless));
        Assert.Equal($"{endless} answers with more than 4194304 bytes", problem);
        Assert.InRange(body.Length, 0, 4 << 20);

        var silent = _server.Serve("/silent", async (stream, ended) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\nx"u8.ToArray(), ended);
            await Wait.ForeverAsync(ended);
        });
        Same($"{silent} says nothing for 0.5 s", "x"u8.ToArray(), await GetAsync(Of(silent) with { Silence = TimeSpan.FromMilliseconds(500) }));

        // Each piece in time, and never done.
        var dripping = _server.Serve("/dripping", async (stream, ended) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), ended);
            using var drop = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            while (await drop.WaitForNextTickAsync(ended)) await stream.WriteAsync(new byte[1], ended);
        });
        (problem, _) = await GetAsync(Of(dripping) with { Silence = Wait.Deadline, Timeout = TimeSpan.FromSeconds(1) });
        Assert.Equal($"{dripping} does not answer within 1 s", problem);

        var heads = _server.Serve("/heads", async (stream, ended) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), ended);
            var line = Encoding.ASCII.GetBytes("X: " + new string('x', 1000) + "\r\n");
            while (true) await stream.WriteAsync(line, ended);
        });
        Assert.Contains("cannot be reached", (await GetAsync(Of(heads))).Problem, StringComparison.Ordinal);
    }

    private static void Same(string? problem, byte[] body, (string? Problem, byte[] Body) fetched)
    {
        Assert.Equal(problem, fetched.Problem);
        Assert.Equal(body, fetched.Body);
    }

    private static FetchRequest Of(string url) => new(url, Policy) { Redirects = Policy, MaxBytes = 4 << 20, Timeout = Wait.Deadline };

    private async Task<(string? Problem, byte[] Body)> GetAsync(FetchRequest request)
    {
        using var body = new MemoryStream();
        var problem = await _fetch.GetAsync(request, body, TestContext.Current.CancellationToken);
        return (problem, body.ToArray());
    }
}
