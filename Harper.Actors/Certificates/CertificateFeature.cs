using Akka.Actor;
using Harper.Actors.Certificates.X509;
using Harper.Actors.Membership;
using Harper.Actors.Node;
using Harper.Actors.Operations;

namespace Harper.Actors.Certificates;

/// <summary>
/// Everything about certificates, put together once by the host: the actors for the node's tree, TLS for listeners and for dialling, the operations. Made
/// before the transport, which dials with it.
/// </summary>
public sealed class CertificateFeature
{
    private readonly CertificateParts _parts;

    /// <exception cref="InvalidOperationException">The file of public authorities is unusable.</exception>
    public CertificateFeature(CertificateSettings settings, IKeyFiles keys, MembershipView membership, Func<DateTimeOffset> now, ICertificateRevocationCheck? revocation = null)
    {
        View = new CertificateView();
        var live = new LiveCertificates(membership, View, now, revocation);
        Tls = new PeerTls(View, live, now, revocation);
        _parts = new CertificateParts
        {
            Settings = settings, Keys = keys, View = View, Membership = membership, Live = live, Now = now,
            PublicRoots = !settings.EnableRootCas ? null : settings.Timings.PublicRoots.Length == 0 ? PublicRoots.OfSystem : PublicRoots.FromFile(settings.Timings.PublicRoots),
        };
        Client = new CertificateClient(View);
    }

    public CertificateView View { get; }

    public PeerTls Tls { get; }

    public CertificateClient Client { get; }

    /// <summary>Renewals may ask other nodes from now on.</summary>
    public void UseSigners(SignElsewhere signers) => _parts.SignElsewhere = signers;

    public Props Props(NodeServices services) => CertificateAuthoritiesActor.Props(_parts, services.Databases);

    public IOperationFamily CreateOperations() => new CertificateOperations(Client, _parts.Settings.IsReachedSecurely, _parts.Now);
}
