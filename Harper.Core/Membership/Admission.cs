using System.Net;
using Harper.Core.Certificates;
using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>Who somebody is that opened a socket to this node.</summary>
public abstract record AdmissionDecision
{
    private AdmissionDecision()
    {
    }

    /// <summary>A node of the cluster, by its certificate (R-SEC-02) or, on a plain socket, by its source address (R-IP-02).</summary>
    public sealed record Node(NodeName Peer) : AdmissionDecision;

    /// <summary>Not known as a node; the credentials it brought decide (R-SEC-09).</summary>
    public sealed record AskCredentials(string Refusal, string Remedy) : AdmissionDecision;

    /// <summary>Nobody: open, then closed with 1008 on its first message.</summary>
    /// <param name="Reason">For the other end, at most 123 bytes.</param>
    /// <param name="Remedy">For the log of this node: who was refused and what to add.</param>
    public sealed record Refused(string Reason, string Remedy) : AdmissionDecision;
}

/// <summary>Decides who is let in (R-IP-02, 03, 05, 06, 07; R-SEC-02, 03, 09, 10; R-REV-05). <c>authorizeLocal</c> plays no part here (D28).</summary>
public static class Admission
{
    /// <summary>The longest close reason that WebSocket carries.</summary>
    public const int MaxReasonBytes = 123;

    public static AdmissionDecision Decide(PeerClaim claim, bool hasCredentials, MembershipSettings settings, NodeRecords members, RouteList routes)
    {
        if (!claim.IsSecure) return ByAddress(claim.Source, hasCredentials, settings, members, routes);
        var source = Normalize(claim.Source);
        if (claim.Certificate is not { } shown)
            return Unknown(hasCredentials, "no client certificate; join with add_node, or send the credentials of a super_user",
                $"{source} showed no certificate: nodes are known by certificates on the secure port; run add_node there with credentials of this node");
        // Whoever holds a revoked certificate is not asked for credentials either: it may have read them where it stole the key.
        if (shown is { IsTakenBack: true, Problem: { } taken }) return new AdmissionDecision.Refused(Cut(taken), $"{source} showed {Describe(shown)}; its authority decides");
        if (shown.Problem is { } problem)
            return Unknown(hasCredentials, Cut(problem),
                $"{source} showed {Describe(shown)}, which is not believed; run add_node there with credentials of this node, or add its authority with add_certificate (if it joined through another node a moment ago, its authority comes with its record)");
        foreach (var name in CertificateNames.Of(shown.Certificate))
        {
            var peer = new NodeName(name);
            if (peer == settings.Self || !Authorizes(peer, settings, members, routes)) continue;
            return IsRevoked(shown.Certificate.Serial, peer, members, routes)
                ? new AdmissionDecision.Refused("certificate revoked", $"{source} showed {Describe(shown)}, which is on the list of revoked certificates of {peer}")
                : new AdmissionDecision.Node(peer);
        }
        var first = CertificateNames.Of(shown.Certificate).FirstOrDefault() ?? shown.Certificate.Subject;
        return Unknown(hasCredentials,
            Cut(members.IsRemoved(new NodeName(first))
                ? $"{first} was removed from this cluster; run add_node on it to rejoin"
                : $"no hdb_nodes entry for {first}; run add_node from this node specifying the peer URL to register it"),
            members.IsRemoved(settings.Self)
                ? $"this node was removed from the cluster: rejoin it with add_node before {first} is let in"
                : $"{source} showed {Describe(shown)}; to let it in, add a route to {first} or run add_node with hostname {first} here, or add_node there");
    }

    /// <summary>A serial number counts as revoked when the peer's record or its route says so (R-REV-05).</summary>
    public static bool IsRevoked(string serial, NodeName peer, NodeRecords members, RouteList routes)
    {
        var shown = RevokedSerials.Normalize(serial);
        return Lists(members.Find(peer)?.RevokedCertificates) || Lists(routes.Find(peer)?.RevokedCertificates);

        bool Lists(System.Collections.Immutable.ImmutableArray<string>? serials) =>
            serials is { } list && list.Any(listed => RevokedSerials.Normalize(listed) == shown);
    }

    /// <summary>
    /// Why a peer is not believed by its address alone, or null: one that is reached over TLS and whose certificates were taken back is known by another certificate, or not at
    /// all (R-REV-05). Where nodes listen plainly alone certificates say nothing, and serial numbers change nothing, as with the original.
    /// </summary>
    public static string? AddressFault(NodeRecord? record, Route? route)
    {
        var secure = record?.Url?.StartsWith("wss:", StringComparison.OrdinalIgnoreCase) ?? route?.Url.Scheme == "wss";
        return secure && (record is { RevokedCertificates: [_, ..] } || route is { RevokedCertificates: [_, ..] }) ? "certificate revoked" : null;
    }

    /// <summary>Whether a peer that was let in may stay: its record or route must still stand (R-SEC-10).</summary>
    public static bool Authorizes(NodeName peer, MembershipSettings settings, NodeRecords members, RouteList routes)
    {
        if (members.IsRemoved(settings.Self)) return false;
        var route = routes.Find(peer);
        if (members.Find(peer) is not { } record) return route is not null && !members.IsRemoved(peer);
        // Its record may say that it replicates with nobody, and this node may still have agreed with it on single tables.
        return record.Replicates is not { IsNothing: true } || route?.Subscriptions is not null
            || members.Find(settings.Self)?.TermsWith(peer)?.Subscriptions is not null;
    }

    /// <summary><c>::ffff:127.0.0.2</c> is 127.0.0.2 (R-IP-07).</summary>
    public static IPAddress Normalize(IPAddress source) => source.IsIPv4MappedToIPv6 ? source.MapToIPv4() : source;

    /// <summary>A close reason within its limit, not cut within a character.</summary>
    public static string Cut(string reason)
    {
        while (System.Text.Encoding.UTF8.GetByteCount(reason) > MaxReasonBytes) reason = reason[..^1];
        return reason;
    }

    private static AdmissionDecision ByAddress(IPAddress source, bool hasCredentials, MembershipSettings settings, NodeRecords members, RouteList routes)
    {
        var address = Normalize(source).ToString();
        var name = new NodeName(address);
        if (name != settings.Self && Authorizes(name, settings, members, routes))
            return AddressFault(members.Find(name), routes.Find(name)) is { } taken
                ? new AdmissionDecision.Refused(taken, $"certificates of {name} were taken back: it is let in by another certificate on a secure port, and by its address only when its list of revoked certificates is emptied")
                : new AdmissionDecision.Node(name);
        var reason = Cut(members.IsRemoved(name)
            ? $"{address} was removed from this cluster; run add_node on it to rejoin"
            : $"no hdb_nodes entry for IP {address}; run add_node from this node specifying the peer URL to register it");
        var remedy = members.IsRemoved(settings.Self)
            ? $"this node was removed from the cluster: rejoin it with add_node before {address} is let in"
            : $"to let it in, add a route to {address} or run add_node with hostname {address} here, or add_node with credentials there";
        return Unknown(hasCredentials, reason, remedy);
    }

    private static AdmissionDecision Unknown(bool hasCredentials, string reason, string remedy) =>
        hasCredentials ? new AdmissionDecision.AskCredentials(reason, remedy) : new AdmissionDecision.Refused(reason, remedy);

    private static string Describe(CertificateClaim shown) => $"a certificate of {shown.Certificate.CommonName ?? shown.Certificate.Subject} (serial {shown.Certificate.Serial})";
}
