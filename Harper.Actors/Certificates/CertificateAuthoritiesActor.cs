using Akka.Actor;
using Akka.Event;
using Harper.Actors.Certificates.Authorities;
using Harper.Actors.Certificates.X509;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Actors.Membership;
using Harper.Actors.Node;
using Harper.Core.Certificates;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Operations;

namespace Harper.Actors.Certificates;

/// <summary>
/// Owns the certificates of this node (rows of <c>system.hdb_certificate</c>, key files) and the set of authorities that it trusts, one child each. After every
/// change it swaps the snapshot that TLS reads. One command at a time. Child of NodeActor; when it fails it is restarted and reads everything again,
/// while TLS goes on with the last snapshot.
/// <code>opening ──table read──► ready</code>
/// </summary>
internal sealed class CertificateAuthoritiesActor : DescribedActor, IWithTimers
{
    private readonly CertificateParts _parts;
    private readonly IDatabaseDirectory _databases;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef _self = Context.Self;
    private readonly KeyRing _keys;
    private readonly Dictionary<string, IActorRef> _authorities = [];
    private readonly HashSet<string> _told = [];
    private readonly CertificateRenewal _renewal;
    private CertificateKeeper _keeper = null!;
    private string _state = "opening";

    public CertificateAuthoritiesActor(CertificateParts parts, IDatabaseDirectory databases)
    {
        _parts = parts;
        _databases = databases;
        _keys = new KeyRing(parts.Keys);
        _renewal = new CertificateRenewal(parts);
        ReceiveAsync<Open>(_ => OpenAsync());
        Receive<MembershipMoved>(_ => OnMembershipMoved());
        ReceiveAsync<LookDue>(_ => OnLookDueAsync());
        ReceiveAsync<CertificateProtocol.Add>(add => AnswerAsync(async () => new CertificateProtocol.Added(await _keeper.AddAsync(add).ConfigureAwait(true))));
        ReceiveAsync<CertificateProtocol.Remove>(remove => AnswerAsync(async () =>
        {
            await _keeper.RemoveAsync(remove.Name).ConfigureAwait(true);
            return CertificateProtocol.Done.Instance;
        }));
        ReceiveAsync<CertificateProtocol.CreateRequest>(_ => AnswerAsync(() => Task.Run<CertificateProtocol.IReply>(_keeper.CreateRequest)));
        ReceiveAsync<CertificateProtocol.PrepareJoin>(join => AnswerAsync(() => Task.Run<CertificateProtocol.IReply>(() => _keeper.PrepareJoin(join.ForceSigning))));
        ReceiveAsync<CertificateProtocol.CompleteJoin>(join => AnswerAsync(async () =>
        {
            await _keeper.CompleteJoinAsync(join).ConfigureAwait(true);
            return CertificateProtocol.Done.Instance;
        }));
        ReceiveAsync<CertificateProtocol.Renew>(_ => AnswerAsync(async () => new CertificateProtocol.Added(await _keeper.MakeOwnAsync().ConfigureAwait(true))));
        ReceiveAsync<CertificateProtocol.Sign>(OnSignAsync);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(CertificateParts parts, IDatabaseDirectory databases) =>
        ActorProps.Of(() => new CertificateAuthoritiesActor(parts, databases)).WithDeploy(Deploy.Local);

    protected override string DescribeState() => _state;

    protected override IEnumerable<KeyValuePair<string, object?>> DescribeFigures()
    {
        if (_parts.View.Current is not { } snapshot) yield break;
        yield return Figure("certificates", snapshot.All.Length);
        yield return Figure("authorities", snapshot.Authorities.Length);
        yield return Figure("liveSecureSockets", _parts.Live.Count);
        if (snapshot.Shown(CertificateRow.ReplicationUse, null, _parts.Now()) is not { } own) yield break;
        yield return Figure("shown", own.Row.Name);
        yield return Figure("serial", own.Facts.Serial);
        yield return Figure("validTo", CertificateText.Date(own.Facts.ValidTo));
    }

    protected override void PreStart()
    {
        _parts.Membership.Changed += OnMembership;
        _parts.Live.Closed = (peer, reason) => _log.Warning("The sockets with {Peer} were closed: {Reason}", peer, reason);
        _self.Tell(Open.Instance);
    }

    protected override void PostStop() => _parts.Membership.Changed -= OnMembership;

    private async Task OpenAsync()
    {
        var (system, _) = await _databases.CreateAsync(DatabaseName.System).ConfigureAwait(true);
        _keeper = new CertificateKeeper(_parts.Settings, new CertificateTable(system), _keys, _parts.PublicRoots, _parts.Now);
        if (await Task.Run(_keeper.OpenAsync).ConfigureAwait(true)) _log.Info("This node made an authority and a certificate of its own");
        _keeper.Trust(_parts.Membership.Current.Records);
        _parts.View.Actor = _self;
        _state = "ready";
        Publish();
        Timers.StartPeriodicTimer(nameof(LookDue), LookDue.Instance, _parts.Settings.Timings.LookInterval);
    }

    private void OnMembershipMoved()
    {
        if (_state != "ready") return;
        if (_keeper.Trust(_parts.Membership.Current.Records)) Publish();
        else _parts.Live.Recheck();
    }

    private async Task OnLookDueAsync()
    {
        if (await _keeper.LoadConfiguredAsync().ConfigureAwait(true))
        {
            _log.Info("Certificate files were loaded again");
            Publish();
        }
        foreach (var problem in _keeper.FileProblems) _log.Error("Certificate files that changed are not used: {Reason}", problem);
        _keeper.FileProblems.Clear();
        if (_renewal.IsSelfMadeDue(_keeper.Snapshot))
        {
            await Task.Run(_keeper.MakeOwnAsync).ConfigureAwait(true);
            _log.Info("The certificate that this node made for itself was renewed");
            Publish();
        }
        _renewal.StartIfDue(_keeper.Snapshot, _keeper.CreateRequest, _self, _log);
        _parts.Live.Recheck();
    }

    private async Task OnSignAsync(CertificateProtocol.Sign sign)
    {
        var asker = Sender;
        try
        {
            var (key, commonName) = CertificateMaker.ReadRequest(sign.Csr);
            var node = sign.Node ?? new NodeName(commonName ?? "");
            if (!PeerAddress.IsNodeName(node.Value))
                throw OperationError.Bad($"'csr' must have a common name that a node can have, not '{node}'");
            var before = _keeper.Snapshot;
            // What an authority signs ends with it: one that is about to end is renewed first.
            if (_renewal.IsSelfMadeDue(before)) await Task.Run(_keeper.MakeOwnAsync).ConfigureAwait(true);
            var (signer, _) = await Task.Run(_keeper.SignerAsync).ConfigureAwait(true);
            if (!ReferenceEquals(before, _keeper.Snapshot)) Publish();
            _authorities[KeyOf(_keeper.Snapshot.Authorities.First(authority => authority.Facts.Fingerprint == signer.Facts.Fingerprint))].Tell(
                new CertificateAuthorityActor.Sign(CertificateProfile.OfNode(node, UrlFor(node, sign.Url)), key, _parts.Settings.Timings.Lifetime), asker);
        }
        catch (Exception failure) when (failure is OperationError or InvalidOperationException)
        {
            asker.Tell(Failure(failure));
        }
    }

    /// <summary>The host of a URL goes into the certificate, but never the name of another member: whoever had that could answer in its place.</summary>
    private string? UrlFor(NodeName node, string? url)
    {
        if (url is null || !PeerAddress.TryParseUrl(url, out var parsed, out _)) return null;
        var host = PeerAddress.NameOf(parsed);
        var known = _parts.Membership.Current;
        return host == node || (host != _parts.Settings.Self && known.Records.Find(host) is null && known.Routes.Find(host) is null) ? url : null;
    }

    private async Task AnswerAsync(Func<Task<CertificateProtocol.IReply>> run)
    {
        var asker = Sender;
        try
        {
            var before = _keeper.Snapshot;
            var reply = await run().ConfigureAwait(true);
            if (!ReferenceEquals(before, _keeper.Snapshot)) Publish();
            asker.Tell(reply);
        }
        catch (Exception failure) when (failure is OperationError or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            asker.Tell(Failure(failure));
        }
    }

    private static CertificateProtocol.Failed Failure(Exception failure) =>
        failure is OperationError refused ? new CertificateProtocol.Failed(refused.Status, refused.Message) : new CertificateProtocol.Failed(500, failure.Message);

    /// <summary>One child per authority, the snapshot for TLS, and the own record's <c>ca</c>.</summary>
    private void Publish()
    {
        var snapshot = _keeper.Snapshot;
        foreach (var problem in _keeper.Problems.Where(_told.Add)) _log.Warning("Certificates: {Problem}", problem);
        var wanted = snapshot.Authorities.ToDictionary(KeyOf);
        foreach (var gone in _authorities.Keys.Except(wanted.Keys).ToList())
        {
            _authorities.Remove(gone, out var actor);
            Context.Stop(actor);
        }
        foreach (var (name, authority) in wanted)
        {
            if (_authorities.ContainsKey(name)) continue;
            var signer = snapshot.All.FirstOrDefault(stored => stored.Facts.Fingerprint == authority.Facts.Fingerprint && stored.Candidate.HasKey);
            var key = signer is null ? null : _keys.Find(signer.Row.PrivateKeyName!);
            // A name is free again only when its last actor is gone: the number keeps a quick change from failing.
            _authorities[name] = Context.ActorOf(
                CertificateAuthorityActor.Props(authority, key, _parts.Now), Context.Child(CertificateAuthorityActor.NameOf(authority)).IsNobody()
                    ? CertificateAuthorityActor.NameOf(authority)
                    : $"{CertificateAuthorityActor.NameOf(authority)}-{Guid.NewGuid():N}");
        }
        _parts.View.Publish(snapshot);
        _parts.PublishOwnAuthority(snapshot);
        _parts.Live.Recheck();
    }

    /// <summary>An authority whose key arrives becomes another actor: one that can sign.</summary>
    private static string KeyOf(KnownAuthority authority) => authority.Facts.Fingerprint + (authority.CanSign ? " signs" : "");

    private void OnMembership(MembershipSnapshot snapshot) => _self.Tell(MembershipMoved.Instance);

    private sealed record Open { public static readonly Open Instance = new(); }
    private sealed record MembershipMoved : INotInfluenceReceiveTimeout { public static readonly MembershipMoved Instance = new(); }
    private sealed record LookDue : INotInfluenceReceiveTimeout { public static readonly LookDue Instance = new(); }
}
