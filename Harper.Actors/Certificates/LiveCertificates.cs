using System.Collections.Concurrent;
using Harper.Actors.Certificates.X509;
using Harper.Actors.Membership;
using Harper.Actors.Transport;
using Harper.Core.Certificates;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.Certificates;

/// <summary>
/// The open sockets whose other end was believed, because of its certificate or its address. They are judged again whenever anything changes that the judgement
/// rested on: revoked serial numbers, authorities, records, time (R-REV-09, R-SEC-10), and what their authorities say of them by now (R-VER). What no longer holds
/// is closed with 1008.
/// </summary>
public sealed class LiveCertificates(MembershipView membership, CertificateView certificates, Func<DateTimeOffset> now, ICertificateRevocationCheck? revocation = null)
{
    private readonly ConcurrentDictionary<IPeerSocket, (ShownCertificate? Shown, NodeName Peer, bool Accepted)> _open = new();
    private int _rechecking;
    private int _again;
    private int _asking;

    public int Count => _open.Count;

    /// <summary>Told once for each peer and reason when sockets were closed; called from any thread.</summary>
    internal Action<NodeName, string>? Closed { get; set; }

    /// <param name="shown">Null: the peer is known by its address.</param>
    public void Accepted(IPeerSocket socket, ShownCertificate? shown, NodeName peer) => Add(socket, shown, peer, accepted: true);

    public void Dialled(IPeerSocket socket, ShownCertificate shown, NodeName peer) => Add(socket, shown, peer, accepted: false);

    /// <summary>Starts another look at all of them; returns at once. However often it is asked for, one runs and at most one waits.</summary>
    public void Recheck()
    {
        Interlocked.Exchange(ref _again, 1);
        if (Interlocked.CompareExchange(ref _rechecking, 1, 0) == 0) Task.Run(RecheckAll);
    }

    /// <summary>Why the peer at the other end is not believed any more, or null.</summary>
    public string? FaultOf(ShownCertificate shown, NodeName peer, bool accepted)
    {
        var known = membership.Current;
        return TakenBack(shown, peer, known) ?? FaultOf(shown) ?? MembershipFaultOf(peer, accepted, known);
    }

    /// <summary>What records and routes of this node say of it.</summary>
    private static string? TakenBack(ShownCertificate? shown, NodeName peer, MembershipSnapshot known) => shown is null
        ? Admission.AddressFault(known.Records.Find(peer), known.Routes.Find(peer))
        : Admission.IsRevoked(shown.Claim.Certificate.Serial, peer, known.Records, known.Routes) ? "certificate revoked" : null;

    private string? FaultOf(ShownCertificate shown) => certificates.Current is { } snapshot
        ? ChainVerdict.Judge(shown.Leaf, null, [.. shown.Chain.Skip(1)], snapshot.TrustedAt(now()), snapshot.PublicRoots, shown.Role, now()).Problem
        : null;

    private static string? MembershipFaultOf(NodeName peer, bool accepted, MembershipSnapshot known) =>
        accepted && !Admission.Authorizes(peer, known.Settings, known.Records, known.Routes) ? $"{peer} is not a member of this cluster any more" : null;

    private void Add(IPeerSocket socket, ShownCertificate? shown, NodeName peer, bool accepted)
    {
        _open[socket] = (shown, peer, accepted);
        _ = socket.Ended.ContinueWith(_ => _open.TryRemove(socket, out var _), TaskScheduler.Default);
        // Something may have changed while it was being opened.
        Recheck();
    }

    /// <summary>A peer has a socket per database and direction, and shows the same certificate on all of them: its chain is built once.</summary>
    private void RecheckOnce()
    {
        var known = membership.Current;
        var judged = new Dictionary<(string, CertificateRole), string?>();
        var told = new HashSet<(NodeName, string)>();
        foreach (var (socket, (shown, peer, accepted)) in _open)
        {
            var fault = TakenBack(shown, peer, known);
            // Whoever is known by its address and is no member any more is told so where peers are planned.
            if (fault is null && shown is not null)
            {
                var key = (shown.Claim.Certificate.Fingerprint, shown.Role);
                if (!judged.TryGetValue(key, out var problem)) judged[key] = problem = FaultOf(shown);
                fault = problem ?? MembershipFaultOf(peer, accepted, known);
            }
            if (fault is not null) Close(socket, peer, fault, told);
        }
        if (revocation is not null && !_open.IsEmpty && Interlocked.CompareExchange(ref _asking, 1, 0) == 0) _ = AskAuthoritiesAsync(revocation);
    }

    /// <summary>
    /// Beside the rest: what an operator took back himself must not wait for an authority that is slow to answer. What was learned is kept by whoever asks, so that most of the
    /// time this asks nobody.
    /// </summary>
    private async Task AskAuthoritiesAsync(ICertificateRevocationCheck check)
    {
        try
        {
            await Task.WhenAll(_open.Where(open => open.Value.Shown is not null).GroupBy(open => (open.Value.Shown!.Claim.Certificate.Fingerprint, open.Value.Shown.Role)).Select(async sockets =>
            {
                if (await check.CheckAsync(sockets.First().Value.Shown!, CancellationToken.None).ConfigureAwait(false) is not { } refusal) return;
                var told = new HashSet<(NodeName, string)>();
                foreach (var (socket, (_, peer, _)) in sockets) Close(socket, peer, refusal, told);
            })).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _asking, 0);
        }
    }

    private void Close(IPeerSocket socket, NodeName peer, string fault, HashSet<(NodeName, string)> told)
    {
        if (!_open.TryRemove(socket, out _)) return;
        _ = socket.CloseAsync(new PeerClose(PeerClose.Policy, Admission.Cut(fault)));
        if (told.Add((peer, fault))) Closed?.Invoke(peer, fault);
    }

    private void RecheckAll()
    {
        do
        {
            while (Interlocked.Exchange(ref _again, 0) == 1)
                RecheckOnce();
            Volatile.Write(ref _rechecking, 0);
        }
        while (Volatile.Read(ref _again) == 1 && Interlocked.CompareExchange(ref _rechecking, 1, 0) == 0);
    }
}
