using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Harper.Actors.Certificates;
using Harper.Actors.Outside;
using Harper.Core.Certificates.Revocation;
using Harper.Core.Outside;
using Org.BouncyCastle.X509;

namespace Harper.Host.Revocation;

/// <summary>Asks authorities and keeps what they said: lists by place, a responder's answers by certificate.</summary>
internal sealed class AuthorityQuestions : IDisposable
{
    private const int MaxListBytes = 24 << 20;
    private const long MaxKeptBytes = 64L << 20;
    private const int MaxAnswerBytes = 128 * 1024;
    private const int MaxAtOnce = 8;
    private const string Setting = "harper.certificates.allowed-networks of harper.hocon";

    /// <summary>So long a list that could not be had is not tried again: a peer that dials and dials does not hammer its authority.</summary>
    private static readonly TimeSpan RetryList = TimeSpan.FromSeconds(10);

    /// <summary>Where authorities of one's own keep their lists. Public authorities' certificates may be had by anybody, so their URLs may not lead inside.</summary>
    private static readonly IPNetwork[] Inside =
        [.. new[] { "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7" }.Select(IPNetwork.Parse)];

    private readonly RevocationSettings _settings;
    private readonly OutboundPolicy _strict;
    private readonly OutboundPolicy _own;
    private readonly Func<DateTimeOffset> _now;
    private readonly GuardedFetch _fetch = new();
    private readonly SemaphoreSlim _places = new(MaxAtOnce);
    private readonly AnswerCache<(RevocationList? List, RevocationAnswer? Problem)> _lists;
    private readonly AnswerCache<(RevocationAnswer Answer, DateTimeOffset? Until)> _answers;

    public AuthorityQuestions(RevocationSettings settings, ImmutableArray<IPNetwork> allowed, Func<DateTimeOffset> now)
    {
        _settings = settings;
        _strict = new OutboundPolicy(allowed, Setting);
        _own = new OutboundPolicy([.. allowed, .. Inside], Setting);
        _now = now;
        _lists = new AnswerCache<(RevocationList?, RevocationAnswer?)>(MaxKeptBytes, entry => entry.Item1?.Bytes ?? 64, now);
        _answers = new AnswerCache<(RevocationAnswer, DateTimeOffset?)>(MaxKeptBytes, _ => 256, now);
    }

    public void Dispose()
    {
        _fetch.Dispose();
        _places.Dispose();
    }

    public async Task<(RevocationAnswer? Crl, RevocationAnswer? Ocsp)> AskAsync(ShownCertificate shown, CancellationToken cancellation)
    {
        var parser = new X509CertificateParser();
        var (leaf, issuer) = (parser.ReadCertificate(shown.Leaf.RawData), parser.ReadCertificate(shown.Issuer!.RawData));
        var points = RevocationPoints.Of(leaf);
        var policy = shown.Claim.EndsAtPublicRoot ? _strict : _own;
        RevocationAnswer? crl = null, ocsp = null;
        if (_settings.Crl.Enabled)
            foreach (var url in points.Lists)
            {
                crl = await OfListAsync(leaf, issuer, url, policy, cancellation).ConfigureAwait(false);
                if (crl.Status != RevocationStatus.Unavailable) break;
            }
        if (_settings.Ocsp.Enabled && RevocationDecision.NeedsOcsp(crl))
            foreach (var url in points.Responders)
            {
                ocsp = await OfResponderAsync(leaf, issuer, url, policy, cancellation).ConfigureAwait(false);
                if (ocsp.Status != RevocationStatus.Unavailable) break;
            }
        return (crl, ocsp);
    }

    private async Task<RevocationAnswer> OfListAsync(X509Certificate leaf, X509Certificate issuer, string url, OutboundPolicy policy, CancellationToken cancellation)
    {
        // By authority too: two of them may name one place, and each believes only its own.
        var (list, problem) = await _lists.GetAsync(KeyOf(issuer) + url, async old =>
        {
            var fetched = await FetchAsync(new FetchRequest(url, policy) { Redirects = _strict, MaxBytes = MaxListBytes, Timeout = _settings.Crl.Timeout }).ConfigureAwait(false);
            RevocationAnswer? failure = null;
            var read = fetched.Body is null ? null : RevocationList.Read(fetched.Body, issuer, url, _now(), out failure);
            if (read is not null) return ((read, (RevocationAnswer?)null), KeepFor(read));
            failure ??= RevocationAnswer.Unavailable(fetched.Problem!);
            // A forged list does not stand in for the one that was believed, nor the other way round: it must be seen.
            return failure.Status == RevocationStatus.Unavailable && old.List is { } last ? ((last, failure), RetryList) : ((null, failure), RetryList);
        }, cancellation).ConfigureAwait(false);
        if (list is null) return problem!;
        return list.IsOver(_now(), _settings.Crl.GracePeriod)
            ? RevocationAnswer.Unavailable($"{url}: the list ended at {list.NextUpdate:u}{(problem is null ? "" : "; " + problem.Reason)}")
            : list.Of(leaf, url);
    }

    private TimeSpan KeepFor(RevocationList list)
    {
        var keep = Shorter(list.NextUpdate, _settings.Crl.CacheTtl);
        return keep <= TimeSpan.Zero ? RetryList : keep;
    }

    private async Task<RevocationAnswer> OfResponderAsync(X509Certificate leaf, X509Certificate issuer, string url, OutboundPolicy policy, CancellationToken cancellation)
    {
        var (answer, _) = await _answers.GetAsync($"{KeyOf(issuer)}{leaf.SerialNumber} {url}", async old =>
        {
            var exchange = new OcspExchange(leaf, issuer);
            var fetched = await FetchAsync(new FetchRequest(url, policy)
            {
                Post = (exchange.Request(), OcspExchange.RequestType), Redirects = _strict, MaxBytes = MaxAnswerBytes, Timeout = _settings.Ocsp.Timeout,
            }).ConfigureAwait(false);
            DateTimeOffset? until = null;
            var read = fetched.Body is null ? RevocationAnswer.Unavailable(fetched.Problem!) : exchange.Read(fetched.Body, url, _now(), out until);
            if (read.Status is RevocationStatus.Good or RevocationStatus.Revoked) return ((read, until), Shorter(until, _settings.Ocsp.CacheTtl));
            // A responder that is away for a while takes nobody's good name: its signed answer holds until the time that it gave itself.
            return read.Status == RevocationStatus.Unavailable && old.Answer is { Status: RevocationStatus.Good } && old.Until > _now()
                ? (old, Shorter(old.Until, _settings.Ocsp.ErrorCacheTtl))
                : ((read, null), _settings.Ocsp.ErrorCacheTtl);
        }, cancellation).ConfigureAwait(false);
        return answer;
    }

    private TimeSpan Shorter(DateTimeOffset? until, TimeSpan time) => until - _now() is { } left && left < time ? left : time;

    /// <summary>Each in its turn. The question is nobody's: who asked it may be gone, and others find its answer.</summary>
    private async Task<(byte[]? Body, string? Problem)> FetchAsync(FetchRequest request)
    {
        await _places.WaitAsync().ConfigureAwait(false);
        try
        {
            using var body = new MemoryStream();
            var problem = await _fetch.GetAsync(request, body, CancellationToken.None).ConfigureAwait(false);
            return problem is null ? (body.ToArray(), null) : (null, problem);
        }
        finally
        {
            _places.Release();
        }
    }

    private static string KeyOf(X509Certificate issuer) => Convert.ToHexString(SHA256.HashData(issuer.GetEncoded())) + " ";
}
