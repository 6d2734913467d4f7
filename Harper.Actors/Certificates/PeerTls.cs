using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Harper.Actors.Certificates.X509;
using Harper.Actors.Transport;
using Harper.Core.Certificates;

namespace Harper.Actors.Certificates;

/// <summary>What a listener wants of its clients.</summary>
public enum ClientCertificateDemand
{
    None,

    /// <summary>Asked for and judged, but nobody is turned away for it in the handshake.</summary>
    Asked,

    /// <summary>Whoever shows none that is believed gets no connection.</summary>
    Required,
}

/// <summary>
/// TLS as this node speaks it, to peers and to clients: 1.2 or newer, no resumption between nodes, no renegotiation, nothing fetched while a chain is built.
/// Every handshake takes the snapshot of its moment.
/// </summary>
public sealed class PeerTls(CertificateView view, LiveCertificates live, Func<DateTimeOffset> now, ICertificateRevocationCheck? revocation = null) : IPeerTls
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10);

    public LiveCertificates Live { get; } = live;

    public ICertificateRevocationCheck Revocation { get; } = revocation ?? NoRevocationCheck.Instance;

    /// <summary>Waits until this node has read its certificates, or made them, which takes seconds on a first start; false: it has not yet.</summary>
    public async ValueTask<bool> WaitUntilReadyAsync(TimeSpan deadline, CancellationToken cancellation) =>
        view.Current is not null || await view.WaitAsync(deadline, cancellation).ConfigureAwait(false) is not null;

    /// <summary>How a listener speaks TLS with one client; null while there is no certificate to show.</summary>
    /// <param name="use">The purpose of the listener: <c>replication</c>, <c>operations</c>, <c>https</c>.</param>
    /// <param name="serverName">What the client asked for (SNI).</param>
    /// <param name="asked">Whether the client is asked for one. What it shows is told to <paramref name="shown"/>.</param>
    public async ValueTask<SslServerAuthenticationOptions?> ServerOptionsAsync(
        string use, string? serverName, ClientCertificateDemand asked, Action<ShownCertificate> shown, CancellationToken cancellation)
    {
        if (await view.WaitAsync(StartDeadline, cancellation).ConfigureAwait(false) is not { } snapshot) return null;
        if (snapshot.Shown(use, serverName, now()) is not { } own) return null;
        IReadOnlyList<TlsCipherSuite> suites = own.Row.Ciphers is { } named && !OperatingSystem.IsWindows() ? CipherNames.Parse(named, out _) : [];
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = snapshot.ContextOf(own),
            ClientCertificateRequired = asked != ClientCertificateDemand.None,
            EnabledSslProtocols = CipherNames.VersionsOf(suites),
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            AllowRenegotiation = false,
            // What a resumed session showed would not be judged again.
            AllowTlsResume = asked == ClientCertificateDemand.None,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = ChainVerdict.PolicyOf(TrustedBy(use, snapshot).Authorities),
            CipherSuitesPolicy = PolicyOf(suites),
        };
        if (asked != ClientCertificateDemand.None)
        {
#pragma warning disable CA5359 // Unless one is required the verdict goes to admission, which refuses in words that the other end can read; TLS could only hang up.
            options.RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            {
                var seen = certificate is null ? null : Judge(certificate, chain, TrustedBy(use, snapshot), CertificateRole.Client);
                if (seen is not null) shown(seen);
                return asked != ClientCertificateDemand.Required || seen is { Claim.Problem: null };
            };
#pragma warning restore CA5359
        }
        return options;
    }

    /// <summary>Why a certificate that was believed on a listener is not believed any more, or null.</summary>
    public string? FaultOf(string use, ShownCertificate shown)
    {
        if (view.Current is not { } snapshot) return null;
        var (authorities, publicRoots) = TrustedBy(use, snapshot);
        return ChainVerdict.Judge(shown.Leaf, null, [.. shown.Chain.Skip(1)], authorities, publicRoots, shown.Role, now()).Problem;
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
                        if (certificate is not null) seen = Judge(certificate, chain, TrustedBy(CertificateRow.ReplicationUse, snapshot), CertificateRole.Server);
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

    private (X509Certificate2Collection Authorities, PublicRoots? PublicRoots) TrustedBy(string use, CertificateSnapshot snapshot) =>
        use == CertificateRow.ReplicationUse ? (snapshot.TrustedAt(now()), snapshot.PublicRoots) : (snapshot.TrustedForClients(use), null);

    private ShownCertificate Judge(X509Certificate certificate, X509Chain? chain, (X509Certificate2Collection Authorities, PublicRoots? PublicRoots) trusted, CertificateRole role)
    {
        // The stream's own objects go with the handshake.
        var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        var extra = new X509Certificate2Collection();
        foreach (var sent in (chain?.ChainPolicy.ExtraStore ?? []).Take(PeerCertificateRules.MaxChainLength)) extra.Add(X509CertificateLoader.LoadCertificate(sent.RawDataMemory.Span));
        var claim = ChainVerdict.Judge(leaf, chain, extra, trusted.Authorities, trusted.PublicRoots, role, now(), out var issuer);
        return new ShownCertificate(claim, role, [leaf, .. extra]) { Issuer = issuer };
    }

#pragma warning disable CA1416 // Windows decides on suites for the whole machine; there the setting is refused at the start.
    private static CipherSuitesPolicy? PolicyOf(IReadOnlyList<TlsCipherSuite> suites) => suites.Count == 0 ? null : new CipherSuitesPolicy(suites);
#pragma warning restore CA1416
}
