using Akka.Actor;
using Akka.Event;
using Harper.Core.Certificates;

namespace Harper.Actors.Certificates;

/// <summary>
/// Replaces certificates before they end: the self-made one at once, the one that another node signed by asking for it again, now and then until it works.
/// Those that the operator provided are only spoken of.
/// </summary>
internal sealed class CertificateRenewal(CertificateParts parts)
{
    private static readonly TimeSpan AskDeadline = TimeSpan.FromSeconds(30);

    private bool _asking;
    private DateTimeOffset _nextAsk;
    private string? _warned;

    public bool IsSelfMadeDue(CertificateSnapshot snapshot) =>
        snapshot.All.Any(stored => stored.Row.IsSelfSigned is true && stored.Candidate.HasKey && RenewalPolicy.IsDue(stored.Facts, parts.Now()));

    /// <summary>Asks another node to sign again when that is due; its answer comes to the actor as <see cref="CertificateProtocol.CompleteJoin"/>.</summary>
    public void StartIfDue(CertificateSnapshot snapshot, Func<CertificateProtocol.Request> createRequest, IActorRef self, ILoggingAdapter log)
    {
        var now = parts.Now();
        if (snapshot.Shown(CertificateRow.ReplicationUse, null, now) is not { } own || own.Row.IsSelfSigned is true || !RenewalPolicy.IsDue(own.Facts, now)) return;
        if (own.Row.Name != $"{parts.Settings.Self}-replication")
        {
            if (_warned != own.Facts.Fingerprint)
                log.Warning("The provided certificate {Name} expires on {Date}: replace its file, or add a new one with add_certificate", own.Row.Name, CertificateText.Date(own.Facts.ValidTo));
            _warned = own.Facts.Fingerprint;
            return;
        }
        if (_asking || now < _nextAsk || parts.SignElsewhere is not { } sign) return;
        _asking = true;
        _ = AskAsync(sign, createRequest().Pem, IssuerOf(own), self, log);
    }

    private async Task AskAsync(SignElsewhere sign, string csr, string? issuer, IActorRef self, ILoggingAdapter log)
    {
        try
        {
            using var deadline = new CancellationTokenSource(AskDeadline);
            if (await sign(csr, issuer, deadline.Token).ConfigureAwait(false) is { } signed)
            {
                log.Info("The certificate of this node was signed again by {Issuer}", issuer ?? "another node");
                self.Tell(new CertificateProtocol.CompleteJoin(signed.Certificate, signed.Authority));
            }
            else
            {
                log.Warning("The certificate of this node must be signed again soon, and no node that can do so is reachable");
            }
        }
        catch (OperationCanceledException)
        {
            log.Warning("The certificate of this node must be signed again soon, and nobody answered in time");
        }
        finally
        {
            _nextAsk = parts.Now() + (parts.Settings.Timings.LookInterval * 12);
            _asking = false;
        }
    }

    private static string? IssuerOf(StoredCertificate own) =>
        CertificateNames.NodeOfAuthority(X509.CertificateReader.CommonNameOf(own.Certificate.IssuerName));
}
