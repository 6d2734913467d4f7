using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Harper.Actors.Certificates;
using Harper.Core.Certificates.Revocation;
using Harper.Host.Revocation;
using Microsoft.Extensions.Logging.Abstractions;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Revocation;

/// <summary>Proves R-VER-01..11 and 14 against a responder of openssl and an HTTP server: good, revoked, expired, slow, garbage, absent, forged, elsewhere.</summary>
public sealed class RevocationCheckSpecs : IDisposable
{
    private const string Address = "127.0.42.1";
    private readonly RevocationAuthority _authority = new("Root of the specs");
    private readonly ListServer _server = new(Address);
    private readonly List<IDisposable> _made = [];
    private DateTimeOffset _now = DateTimeOffset.UtcNow;

    public void Dispose()
    {
        foreach (var made in _made) made.Dispose();
        _server.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task A_list_should_tell_good_from_revoked_and_be_fetched_once()
    {
        var (good, revoked) = (_authority.Issue(_server.Url + "/list", null), _authority.Issue(_server.Url + "/list", null));
        _authority.Revoke(revoked);
        _server.Serve("/list", _authority.List());
        var check = Check("true");
        Assert.Null(await check.CheckAsync(_authority.Shown(good), default));
        Assert.Equal($"certificate revoked: listed at {_server.Url}/list", await check.CheckAsync(_authority.Shown(revoked), default));
        Assert.Equal(1, _server.Count("/list"));
        // What is revoked stays out, whatever the operator says of what cannot be checked.
        Assert.StartsWith("certificate revoked", await Check("""{"failureMode":"fail-open"}""").CheckAsync(_authority.Shown(revoked), default));
        Assert.Null(await Check("false").CheckAsync(_authority.Shown(revoked), default));
        // Revoked later: seen when the list is fetched again.
        _authority.Revoke(good);
        _server.Serve("/list", _authority.List());
        Assert.Null(await check.CheckAsync(_authority.Shown(good), default));
        _now += TimeSpan.FromHours(2);
        Assert.StartsWith("certificate revoked", await check.CheckAsync(_authority.Shown(good), default));
    }

    [Fact]
    public async Task A_responder_should_be_asked_when_the_list_says_nothing()
    {
        var port = FreePort();
        var responder = $"http://127.0.0.1:{port}/";
        var (good, revoked, listed) = (_authority.Issue(null, responder), _authority.Issue(_server.Url + "/missing", responder), _authority.Issue(_server.Url + "/list", responder));
        _authority.Revoke(revoked);
        _server.Serve("/list", _authority.List());
        using var process = _authority.Respond(port);
        try
        {
            var check = Check("""{"ocsp":{"errorCacheTtl":1000,"timeout":30000}}""");
            Assert.Null(await check.CheckAsync(_authority.Shown(good), default));
            Assert.StartsWith("certificate revoked: says", await check.CheckAsync(_authority.Shown(revoked), default));
            Assert.Equal(1, _server.Count("/missing"));
            // The responder knows nothing of a certificate of another authority, nor may it speak for one.
            using var foreign = new RevocationAuthority("Another root");
            var stranger = foreign.Issue(null, responder);
            Assert.NotNull(await check.CheckAsync(foreign.Shown(stranger), default));
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            // Kept: the responder is away, its answer still holds. A list that says good needs no responder at all.
            Assert.Null(await check.CheckAsync(_authority.Shown(good), default));
            Assert.Null(await check.CheckAsync(_authority.Shown(listed), default));
            _now += TimeSpan.FromHours(2);
            Assert.Contains("cannot be reached", await check.CheckAsync(_authority.Shown(good), default), StringComparison.Ordinal);
            Assert.Null(await Check("""{"ocsp":{"failureMode":"fail-open"}}""").CheckAsync(_authority.Shown(good), default));
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    [Fact]
    public async Task What_cannot_be_checked_should_be_refused_unless_the_operator_chose_otherwise()
    {
        using var foreign = new RevocationAuthority("Another root");
        using var impostor = new RevocationAuthority("Root of the specs");
        (string Path, Action Serve, string Reason)[] cases =
        [
            ("/absent", () => { }, "answers 404"),
            ("/garbage", () => _server.Serve("/garbage", Encoding.ASCII.GetBytes("<html>sorry</html>")), "no revocation list can be read"),
            ("/empty", () => _server.Serve("/empty", []), "no revocation list can be read"),
            ("/foreign", () => _server.Serve("/foreign", foreign.List()), "is not of"),
            ("/slow", () => _server.Serve("/slow", async (_, ended) => await Wait.ForeverAsync(ended)), "does not answer within 1 s"),
            ("/endless", () => _server.Serve("/endless", EndlessAsync), "does not answer within 1 s|more than"),
            ("/huge", () => _server.Serve("/huge", (stream, ended) => stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n"u8.ToArray(), ended).AsTask()), "more than"),
            ("/inside", () => _server.Serve("/inside", [], "302 Found", $"Location: {_server.Url}/list\r\n"), "which is not a public address"),
            ("/metadata", () => _server.Serve("/metadata", [], "302 Found", "Location: http://169.254.169.254/latest\r\n"), "which is not a public address"),
            ("/file", () => _server.Serve("/file", [], "302 Found", "Location: file:///etc/passwd\r\n"), "'file:' is not allowed"),
        ];
        _server.Serve("/list", _authority.List());
        foreach (var (path, serve, reason) in cases)
        {
            serve();
            var leaf = _authority.Issue(_server.Url + path, null);
            // Where the time-out is not the point it is long.
            var timeout = reason.Contains("within 1 s", StringComparison.Ordinal) ? 1000 : 60_000;
            var refusal = await Check($$$"""{"crl":{"timeout":{{{timeout}}}}}""").CheckAsync(_authority.Shown(leaf), default);
            Assert.True(refusal?.StartsWith("revocation status unknown", StringComparison.Ordinal) is true && reason.Split('|').Any(refusal.Contains), $"{path}: {refusal}");
            Assert.Null(await Check("""{"crl":{"timeout":1000,"failureMode":"fail-open"}}""").CheckAsync(_authority.Shown(leaf), default));
            Assert.Null(await Check("""{"failureMode":"fail-open","crl":{"timeout":1000}}""").CheckAsync(_authority.Shown(leaf), default));
        }
        // Somebody else's signature under the authority's name is no absence.
        _server.Serve("/forged", impostor.List());
        var target = _authority.Issue(_server.Url + "/forged", null);
        Assert.StartsWith("revocation status is forged", await Check("""{"failureMode":"fail-open"}""").CheckAsync(_authority.Shown(target), default));
        // Nowhere to ask.
        var silent = _authority.Issue(null, null);
        Assert.Contains("names neither", await Check("true").CheckAsync(_authority.Shown(silent), default), StringComparison.Ordinal);
        Assert.Null(await Check("""{"failureMode":"fail-open"}""").CheckAsync(_authority.Shown(silent), default));
    }

    [Fact]
    public async Task A_list_that_is_over_should_be_used_for_the_grace_period_and_no_longer()
    {
        var leaf = _authority.Issue(_server.Url + "/list", null);
        _server.Serve("/list", _authority.List(seconds: 3600));
        var check = Check("""{"crl":{"gracePeriod":7200000,"timeout":30000}}""");
        Assert.Null(await check.CheckAsync(_authority.Shown(leaf), default));
        _server.Serve("/list", [], "503 Service Unavailable");
        _now += TimeSpan.FromHours(2);
        Assert.Null(await check.CheckAsync(_authority.Shown(leaf), default));
        _now += TimeSpan.FromHours(2);
        var refusal = await check.CheckAsync(_authority.Shown(leaf), default);
        Assert.Contains("the list ended at", refusal, StringComparison.Ordinal);
        Assert.Contains("answers 503", refusal, StringComparison.Ordinal);
        _server.Serve("/list", _authority.List(seconds: 36_000));
        _now += TimeSpan.FromSeconds(30);
        Assert.Null(await check.CheckAsync(_authority.Shown(leaf), default));
    }

    /// <summary>R-VER-09: what a list said of the time before its end says nothing of now.</summary>
    [Fact]
    public async Task A_list_that_is_over_should_lead_to_the_responder()
    {
        var (good, revoked) = (_authority.Issue(_server.Url + "/list", _server.Url + "/good"), _authority.Issue(_server.Url + "/list", _server.Url + "/revoked"));
        _server.Serve("/list", _authority.List(seconds: 1));
        _authority.Revoke(revoked);
        _server.Serve("/good", _authority.Answer(good));
        _server.Serve("/revoked", _authority.Answer(revoked));
        _now += TimeSpan.FromMinutes(1);
        var check = Check("""{"crl":{"gracePeriod":0}}""");
        Assert.Null(await check.CheckAsync(_authority.Shown(good), default));
        Assert.StartsWith("certificate revoked: says", await check.CheckAsync(_authority.Shown(revoked), default));
        Assert.Equal((1, 1, 1), (_server.Count("/list"), _server.Count("/good"), _server.Count("/revoked")));
    }

    [Fact]
    public async Task Without_a_setting_only_certificates_of_public_authorities_should_be_checked_and_their_URLs_lead_outside()
    {
        var revoked = _authority.Issue(_server.Url + "/list", null);
        _authority.Revoke(revoked);
        _server.Serve("/list", _authority.List());
        Assert.Null(await Check(null).CheckAsync(_authority.Shown(revoked), default));
        Assert.StartsWith("certificate revoked", await Check(null, "127.0.42.0/24").CheckAsync(_authority.Shown(revoked, atPublicRoot: true), default));
        var refusal = await Check(null).CheckAsync(_authority.Shown(revoked, atPublicRoot: true), default);
        Assert.Contains("which is not a public address", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handshake_that_cannot_wait_should_be_refused_and_the_next_find_the_answer()
    {
        var leaf = _authority.Issue(_server.Url + "/list", null);
        var list = _authority.List();
        var release = new TaskCompletionSource();
        _server.Serve("/list", async (stream, ended) =>
        {
            await release.Task.WaitAsync(ended);
            await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {list.Length}\r\n\r\n"), .. list], ended);
        });
        var check = Check("""{"crl":{"timeout":60000}}""");
        using var hurried = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        Assert.Contains("nothing was heard", await check.CheckAsync(_authority.Shown(leaf), hurried.Token), StringComparison.Ordinal);
        release.SetResult();
        Assert.Null(await check.CheckAsync(_authority.Shown(leaf), default));
        Assert.Equal(1, _server.Count("/list"));
    }

    private ICertificateRevocationCheck Check(string? settings, params string[] allowed)
    {
        var errors = new List<string>();
        var read = RevocationSettingsReader.Read(settings is null ? null : JsonDocument.Parse(settings).RootElement, "certificateVerification", errors);
        Assert.Empty(errors);
        var check = new RevocationCheck(read, [.. allowed.Select(IPNetwork.Parse)], () => _now, NullLogger<RevocationCheck>.Instance);
        _made.Add(check);
        return check;
    }

    private static async Task EndlessAsync(Stream stream, CancellationToken ended)
    {
        await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), ended);
        while (true) await stream.WriteAsync(new byte[64 * 1024], ended);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
