using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Harper.Core.Outside;

namespace Harper.Actors.Outside;

/// <summary>
/// Fetches what a URL from outside names, whoever gave it: the host is resolved once and the connection goes to an address that the policy allows, redirects are few and checked
/// again, nothing is sent that is not asked for, and the answer has a bound in bytes and in time. There is no other way out of this node to a URL from outside.
/// </summary>
public sealed class GuardedFetch : IDisposable
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
        // What swells on the way is not asked for, and not understood when it comes.
        AutomaticDecompression = DecompressionMethods.None,
        MaxConnectionsPerServer = 4,
        MaxResponseHeadersLength = 16,
        // A kept connection would serve a request with another policy.
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = ConnectAsync,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    public void Dispose() => _client.Dispose();

    /// <summary>Null: all of the answer is in <paramref name="body"/>; else the URL, as it may be shown, and in words why not.</summary>
    public async Task<string?> GetAsync(FetchRequest request, Stream body, CancellationToken cancellation)
    {
        var url = request.Url;
        using var patience = new Patience(request, cancellation);
        try
        {
            var policy = request.Policy;
            for (var hops = 0; hops <= MaxRedirects; hops++)
            {
                if (OutboundPolicy.ProblemOf(url) is { } problem) return $"{OutsideUrl.Shown(url)}: {problem}";
                using var message = Message(request, url, policy);
                patience.Renew();
                using var answer = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
                if (request.Redirects is { } redirects && (int)answer.StatusCode is 301 or 302 or 303 or 307 or 308 && answer.Headers.Location is { } next)
                {
                    var from = new Uri(url);
                    var to = new Uri(from, next);
                    if (from.Scheme == "https" && to.Scheme == "http") return $"{OutsideUrl.Shown(url)} leads from https: to http:, where anybody can answer";
                    (url, policy) = (to.AbsoluteUri, redirects);
                    continue;
                }
                if ((request.ProblemOf(answer) ?? await TakeAsync(answer, body, request, patience).ConfigureAwait(false)) is { } refused) return OutsideUrl.Shown(url) + refused;
                return null;
            }
            return $"{OutsideUrl.Shown(url)}: more than {MaxRedirects} redirects";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"{OutsideUrl.Shown(url)} {patience.Problem}";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException or UriFormatException or InvalidOperationException)
        {
            return $"{OutsideUrl.Shown(url)} cannot be reached: {(failure.InnerException ?? failure).Message}";
        }
    }

    private static HttpRequestMessage Message(FetchRequest request, string url, OutboundPolicy policy)
    {
        var message = new HttpRequestMessage(request.Post is null ? HttpMethod.Get : HttpMethod.Post, url);
        if (request.Post is { } sent) message.Content = new ByteArrayContent(sent.Body) { Headers = { ContentType = new MediaTypeHeaderValue(sent.Type) } };
        foreach (var (name, value) in request.Headers) message.Headers.TryAddWithoutValidation(name, value);
        message.Options.Set(PolicyKey, policy);
        return message;
    }

    private static async Task<string?> TakeAsync(HttpResponseMessage answer, Stream body, FetchRequest request, Patience patience)
    {
        if (answer.Content.Headers.ContentLength > request.MaxBytes) return TooLarge();
        var stream = await answer.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
        var buffer = new byte[64 * 1024];
        var taken = 0L;
        while (await stream.ReadAsync(buffer, patience.Token).ConfigureAwait(false) is var read and > 0)
        {
            if ((taken += read) > request.MaxBytes) return TooLarge();
            try
            {
                await body.WriteAsync(buffer.AsMemory(0, read), patience.Token).ConfigureAwait(false);
            }
            catch (IOException failure)
            {
                return $" cannot be kept: {failure.Message}";
            }
            patience.Renew();
        }
        return null;

        string TooLarge() => $" answers with more than {request.MaxBytes} bytes";
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        context.InitialRequestMessage.Options.TryGetValue(PolicyKey, out var policy);
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false);
        var allowed = Array.FindAll(addresses, policy!.Allows);
        if (allowed.Length == 0) throw new HttpRequestException(policy.RefusalOf(host, addresses));
        foreach (var address in allowed[..^1])
        {
            try
            {
                return await ConnectAsync(address, context.DnsEndPoint.Port, cancellation).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // A host with addresses of both kinds, of which this machine can reach one.
            }
        }
        return await ConnectAsync(allowed[^1], context.DnsEndPoint.Port, cancellation).ConfigureAwait(false);
    }

    private static async ValueTask<Stream> ConnectAsync(IPAddress address, int port, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>How long an answer may still take, as a whole and to its next piece.</summary>
    private sealed class Patience(FetchRequest request, CancellationToken cancellation) : IDisposable
    {
        private readonly CancellationTokenSource _over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private bool _isSilence;

        public CancellationToken Token => _over.Token;

        public string Problem => _isSilence
            ? $"says nothing for {request.Silence!.Value.TotalSeconds:0.#} s"
            : $"does not answer within {request.Timeout.TotalSeconds:0.#} s";

        public void Renew()
        {
            var left = request.Timeout - _watch.Elapsed;
            _isSilence = request.Silence < left;
            if (_isSilence) left = request.Silence!.Value;
            _over.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }

        public void Dispose() => _over.Dispose();
    }
}
