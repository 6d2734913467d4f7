using System.Security.Cryptography;
using Akka.Actor;
using Akka.Event;
using Harper.Actors.Certificates.X509;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Core.Certificates;

namespace Harper.Actors.Certificates.Authorities;

/// <summary>
/// One authority for as long as this node trusts it: signs when the node has its key, counts what it signed, says when it is about to end. Child of
/// CertificateAuthoritiesActor, which stops it when nothing names the authority any more. Holds nothing that the table does not: restarted after a failure.
/// <code>trusted ──about to end──► ending ──over──► expired</code>
/// </summary>
internal sealed class CertificateAuthorityActor : DescribedActor, IWithTimers
{
    private readonly KnownAuthority _authority;
    private readonly SigningKey? _key;
    private readonly Func<DateTimeOffset> _now;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private string _state = "trusted";
    private long _signed;

    public CertificateAuthorityActor(KnownAuthority authority, SigningKey? key, Func<DateTimeOffset> now)
    {
        _authority = authority;
        _key = key;
        _now = now;
        Receive<Sign>(OnSign);
        Receive<LookDue>(_ => Look());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Sign a public key. Answered with <see cref="CertificateProtocol.Signed"/> or <see cref="CertificateProtocol.Failed"/>.</summary>
    public sealed record Sign(CertificateProfile Profile, System.Security.Cryptography.X509Certificates.PublicKey Key, TimeSpan Lifetime) : INoSerializationVerificationNeeded;

    public static Props Props(KnownAuthority authority, SigningKey? key, Func<DateTimeOffset> now) =>
        ActorProps.Of(() => new CertificateAuthorityActor(authority, key, now)).WithDeploy(Deploy.Local);

    /// <summary>An actor name that two authorities of one name do not share.</summary>
    public static string NameOf(KnownAuthority authority) => NodePaths.Escape($"{authority.Name}-{authority.Facts.Serial[^Math.Min(8, authority.Facts.Serial.Length)..]}");

    protected override string DescribeState() => _state;

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures() =>
    [
        Figure("subject", _authority.Facts.Subject),
        Figure("serial", _authority.Facts.Serial),
        Figure("from", _authority.Source),
        Figure("signs", _key is not null),
        Figure("signed", _signed),
        Figure("validTo", CertificateText.Date(_authority.Facts.ValidTo)),
    ];

    protected override void PreStart()
    {
        Look();
        Timers.StartPeriodicTimer(nameof(LookDue), LookDue.Instance, TimeSpan.FromMinutes(10));
    }

    private void OnSign(Sign sign)
    {
        if (_key is null || _state == "expired")
        {
            Sender.Tell(new CertificateProtocol.Failed(500, $"The authority {_authority.Name} cannot sign: {(_key is null ? "its key is not here" : "it has expired")}"));
            return;
        }
        try
        {
            var certificate = CertificateMaker.MakeNode(sign.Profile, sign.Key, _authority.Certificate, _key, _now(), sign.Lifetime);
            _signed++;
            _log.Info("{Authority} signed a certificate for {Node}, serial {Serial}", _authority.Name, sign.Profile.CommonName, CertificateReader.FactsOf(certificate).Serial);
            Sender.Tell(new CertificateProtocol.Signed(CertificateReader.ToPem(certificate), CertificateReader.ToPem(_authority.Certificate)));
        }
        catch (CryptographicException failure)
        {
            Sender.Tell(new CertificateProtocol.Failed(500, $"The authority {_authority.Name} could not sign: {failure.Message}"));
        }
    }

    private void Look()
    {
        var before = _state;
        var now = _now();
        _state = now > _authority.Facts.ValidTo ? "expired" : RenewalPolicy.IsDue(_authority.Facts, now) ? "ending" : "trusted";
        if (_state == before || _state == "trusted") return;
        _log.Warning("The authority {Authority} ({Source}) {State}: {Date}. Certificates that it signed are refused from then on",
            _authority.Name, _authority.Source, _state == "expired" ? "has expired" : "expires soon", CertificateText.Date(_authority.Facts.ValidTo));
    }

    private sealed record LookDue : INotInfluenceReceiveTimeout { public static readonly LookDue Instance = new(); }
}
