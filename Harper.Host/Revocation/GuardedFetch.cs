using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Harper.Core.Outside;

namespace Harper.Host.Revocation;

/// <summary>What was fetched, or in words why not.</summary>
internal readonly record struct Fetched(byte[]? Body, string? Problem);

/// <summary>
/// Fetches what a URL from outside names: the host is resolved once and the connection goes to an address that the policy allows, redirects are few and checked
/// again, nothing is sent that is not asked for, and the answer has a bound in bytes and in time.
/// </summary>
internal sealed class GuardedFetch : IDisposable
{
    private const int MaxRedirects = 3;
    private static readonly HttpRequestOptionsKey<OutboundPolicy> PolicyKey = new("policy");
    private readonly HttpClient _client;

    public GuardedFetch() => _client = new HttpClient(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy would resolve the name itself.
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxConnectionsPerServer = 4,
        MaxResponseHeadersLength = 16,
        // A kept connection would serve a request with another policy.
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    public void Dispose() => _client.Dispose();

    /// <param name="post">Null: a GET.</param>
    /// <param name="first">For the URL itself; redirects must go to public addresses, whoever gave the URL.</param>
    public async Task<Fetched> GetAsync(
        string url, (byte[] Body, string Type)? post, OutboundPolicy first, OutboundPolicy redirects, int maxBytes, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        try
        {
            var policy = first;
            for (var hops = 0; hops <= MaxRedirects; hops++)
            {
                if (OutboundPolicy.ProblemOf(url) is { } problem) return new Fetched(null, $"{Shown(url)}: {problem}");
                using var request = new HttpRequestMessage(post is null ? HttpMethod.Get : HttpMethod.Post, url);
                if (post is { } sent) request.Content = new ByteArrayContent(sent.Body) { Headers = { ContentType = new MediaTypeHeaderValue(sent.Type) } };
                request.Options.Set(PolicyKey, policy);
                using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
                if ((int)answer.StatusCode is 301 or 302 or 303 or 307 or 308 && answer.Headers.Location is { } next)
                {
                    url = new Uri(new Uri(url), next).AbsoluteUri;
                    policy = redirects;
                    continue;
                }
                if (answer.StatusCode != HttpStatusCode.OK) return new Fetched(null, $"{Shown(url)} answers {(int)answer.StatusCode}");
                return await ReadAsync(answer, url, maxBytes, deadline.Token).ConfigureAwait(false);
            }
            return new Fetched(null, $"{Shown(url)}: more than {MaxRedirects} redirects");
        }
        catch (OperationCanceledException)
        {
            return new Fetched(null, $"{Shown(url)} does not answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException or UriFormatException or InvalidOperationException)
        {
            return new Fetched(null, $"{Shown(url)} cannot be reached: {(failure.InnerException ?? failure).Message}");
        }
    }

    private static async Task<Fetched> ReadAsync(HttpResponseMessage answer, string url, int maxBytes, CancellationToken cancellation)
    {
        if (answer.Content.Headers.ContentLength > maxBytes) return TooLarge();
        using var body = new MemoryStream();
        var stream = await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false) is var read and > 0)
        {
            if (body.Length + read > maxBytes) return TooLarge();
            body.Write(buffer, 0, read);
        }
        return new Fetched(body.ToArray(), null);

        Fetched TooLarge() => new(null, $"{Shown(url)} answers with more than {maxBytes} bytes");
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        context.InitialRequestMessage.Options.TryGetValue(PolicyKey, out var policy);
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false);
        if (Array.Find(addresses, address => policy!.Allows(address)) is not { } target)
            throw new HttpRequestException(
                $"{host} is at {string.Join<IPAddress>(", ", addresses)}, where URLs from certificates may not lead; name the network in harper.certificates.allowed-networks of harper.hocon if it is meant");
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, context.DnsEndPoint.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A URL of a stranger in a log line: not longer than a line, and without what could look like another one.</summary>
    private static string Shown(string url) => new([.. url.Take(200).Select(letter => char.IsControl(letter) ? '?' : letter)]);
}
