using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Harper.Actors.Certificates;
using Harper.Core.Certificates.Revocation;
using Microsoft.Extensions.Logging;

namespace Harper.Host.Revocation;

/// <summary>
/// Asks the authorities whether a peer's certificate was revoked (R-VER): its lists first, a responder when they say nothing. What is learned is kept for as long
/// as configured, learned once for all who wait, and goes on being learned when a handshake could not wait for it, so that the next one finds it.
/// </summary>
internal sealed partial class RevocationCheck : ICertificateRevocationCheck, IDisposable
{
    private const int MaxTold = 1024;

    private readonly RevocationSettings _settings;
    private readonly Lazy<AuthorityQuestions> _authorities;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<string, string> _told = new(StringComparer.Ordinal);

    /// <param name="allowed">Networks that URLs may lead into although they are not public.</param>
    public RevocationCheck(RevocationSettings settings, ImmutableArray<IPNetwork> allowed, Func<DateTimeOffset> now, ILogger<RevocationCheck> log)
    {
        _settings = settings;
        _log = log;
        // Most nodes never ask: they should not load what asking takes.
        _authorities = new Lazy<AuthorityQuestions>(() => new AuthorityQuestions(settings, allowed, now));
    }

    public void Dispose()
    {
        if (_authorities.IsValueCreated) _authorities.Value.Dispose();
    }

    public async ValueTask<string?> CheckAsync(ShownCertificate shown, CancellationToken cancellation)
    {
        if (_settings.Scope == RevocationScope.Nobody || (_settings.Scope == RevocationScope.PublicRoots && !shown.Claim.EndsAtPublicRoot)) return null;
        RevocationAnswer? crl = null, ocsp = null;
        try
        {
            if (shown.Issuer is null) crl = RevocationAnswer.Unavailable("the certificate of its authority is not known");
            else (crl, ocsp) = await _authorities.Value.AskAsync(shown, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            crl = RevocationAnswer.Unavailable("nothing was heard before the handshake had to end; the question goes on, the next attempt finds its answer");
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            crl = RevocationAnswer.Unavailable("the certificate cannot be read: " + failure.Message);
        }
        var verdict = RevocationDecision.Decide(_settings, crl, ocsp);
        if (verdict.Warning is null) _told.TryRemove(shown.Claim.Certificate.Fingerprint, out _);
        else if (IsNews(shown.Claim.Certificate.Fingerprint, verdict.Warning)) LogLetIn(shown.Claim.Certificate.Subject, verdict.Warning);
        return verdict.Refusal;
    }

    /// <summary>Open sockets are asked about every few seconds: each certificate is told of once for as long as there is nothing new to say.</summary>
    private bool IsNews(string fingerprint, string warning)
    {
        if (_told.TryGetValue(fingerprint, out var last) && last == warning) return false;
        if (_told.Count >= MaxTold) _told.Clear();
        _told[fingerprint] = warning;
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The revocation of {Subject} could not be checked, and it was let in (failureMode: fail-open): {Reason}")]
    private partial void LogLetIn(string subject, string reason);
}
