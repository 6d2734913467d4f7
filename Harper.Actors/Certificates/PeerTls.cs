using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Harper.Actors.Certificates.X509;
using Harper.Actors.Transport;
using Harper.Core.Certificates;

namespace Harper.Actors.Certificates;

/// <summary>
/// TLS as this node speaks it, to peers and to clients: 1.2 or newer, no resumption between nodes, no renegotiation, nothing fetched while a chain is built.
/// Every handshake takes the snapshot of its moment.
/// </summary>
public sealed class PeerTls(CertificateView view, LiveCertificates live, Func<DateTimeOffset> now, ICertificateRevocationCheck? revocation = null) : IPeerTls
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10);

    public LiveCertificates Live { get; } = live;

    public ICertificateRevocationCheck Revocation { get; } = revocation ?? NoRevocationCheck.Instance;

    /// <summary>How a listener speaks TLS with one client; null while there is no certificate to show.</summary>
    /// <param name="use">The purpose of the listener: <c>replication</c>, <c>operations</c>, <c>https</c>.</param>
    /// <param name="serverName">What the client asked for (SNI).</param>
    /// <param name="asksForCertificate">Ask the client for one. What it shows is told to <paramref name="shown"/>; nobody is turned away here: identity is decided above.</param>
    public async ValueTask<SslServerAuthenticationOptions?> ServerOptionsAsync(
        string use, string? serverName, bool asksForCertificate, Action<ShownCertificate> shown, CancellationToken cancellation)
    {
        if (await view.WaitAsync(StartDeadline, cancellation).ConfigureAwait(false) is not { } snapshot) return null;
        if (snapshot.Shown(use, serverName, now()) is not { } own) return null;
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = snapshot.ContextOf(own),
            ClientCertificateRequired = asksForCertificate,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            AllowRenegotiation = false,
            AllowTlsResume = use != CertificateRow.ReplicationUse,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = ChainVerdict.PolicyOf(snapshot.TrustedAt(now())),
            CipherSuitesPolicy = PolicyOf(own.Row.Ciphers),
        };
        if (asksForCertificate)
        {
#pragma warning disable CA5359 // The verdict goes to admission, which refuses in words that the other end can read; TLS could only hang up.
            options.RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            {
                if (certificate is not null) shown(Judge(certificate, chain, snapshot, CertificateRole.Client));
                return true;
            };
#pragma warning restore CA5359
        }
        return options;
    }

    public async Task<SecuredStream> SecureAsync(Stream plain, PeerDial dial, CancellationToken cancellation)
    {
        if (await view.WaitAsync(StartDeadline, cancellation).ConfigureAwait(false) is not { } snapshot)
            throw new PeerTransportException(PeerTransportFailure.Unsupported, "this node has not read its certificates yet");
        var host = dial.Url.IdnHost.Trim('[', ']');
        ShownCertificate? seen = null;
        string? refusal = null;
        var own = dial.ShowsCertificate ? snapshot.Shown(CertificateRow.ReplicationUse, null, now()) : null;
        var ssl = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            await ssl.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    ClientCertificateContext = own is null ? null : snapshot.ContextOf(own),
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    EncryptionPolicy = EncryptionPolicy.RequireEncryption,
                    AllowRenegotiation = false,
                    AllowTlsResume = false,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    CertificateChainPolicy = ChainVerdict.PolicyOf(snapshot.TrustedAt(now())),
                    RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
                    {
                        if (certificate is not null) seen = Judge(certificate, chain, snapshot, CertificateRole.Server);
                        refusal = dial.VerifiesTls ? RefusalOf(seen, host) : null;
                        return refusal is null;
                    },
                }, cancellation).ConfigureAwait(false);
            if (dial.VerifiesTls && seen is not null) refusal = await CheckAsync(seen, dial, cancellation).ConfigureAwait(false);
            if (refusal is not null) throw new AuthenticationException(refusal);
            return new SecuredStream(ssl, dial.VerifiesTls ? seen : null);
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            await ssl.DisposeAsync().ConfigureAwait(false);
            throw new PeerTransportException(
                PeerTransportFailure.Untrusted, refusal ?? $"the secure connection could not be opened: {(failure.InnerException ?? failure).Message}", failure);
        }
        catch
        {
            await ssl.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>From now on the socket lives only as long as the certificate at its other end is believed.</summary>
    public void Watch(IPeerSocket socket, PeerDial dial, ShownCertificate? shown)
    {
        if (shown is not null && dial.Peer is { } peer) Live.Dialled(socket, shown, peer);
    }

    private async ValueTask<string?> CheckAsync(ShownCertificate shown, PeerDial dial, CancellationToken cancellation) =>
        (dial.Peer is { } peer ? Live.FaultOf(shown, peer, accepted: false) : null) ?? await Revocation.CheckAsync(shown, cancellation).ConfigureAwait(false);

    private static string? RefusalOf(ShownCertificate? shown, string host)
    {
        if (shown is null) return "the other end showed no certificate";
        return shown.Claim.Problem ?? (CertificateNames.IsFor(shown.Claim.Certificate, host) ? null : ChainFault.WrongHost(shown.Claim.Certificate, host));
    }

    private ShownCertificate Judge(X509Certificate certificate, X509Chain? chain, CertificateSnapshot snapshot, CertificateRole role)
    {
        // The stream's own objects go with the handshake.
        var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        var extra = new X509Certificate2Collection();
        foreach (var sent in (chain?.ChainPolicy.ExtraStore ?? []).Take(PeerCertificateRules.MaxChainLength)) extra.Add(X509CertificateLoader.LoadCertificate(sent.RawDataMemory.Span));
        var claim = ChainVerdict.Judge(leaf, chain, extra, snapshot.TrustedAt(now()), snapshot.PublicRoots, role, now(), out var issuer);
        return new ShownCertificate(claim, role, [leaf, .. extra]) { Issuer = issuer };
    }

#pragma warning disable CA1416 // Windows decides on suites for the whole machine; there the setting is refused at the start.
    private static CipherSuitesPolicy? PolicyOf(string? ciphers)
    {
        if (ciphers is null || OperatingSystem.IsWindows()) return null;
        var suites = CipherNames.Parse(ciphers, out _);
        return suites.Count == 0 ? null : new CipherSuitesPolicy(suites);
    }
#pragma warning restore CA1416
}
