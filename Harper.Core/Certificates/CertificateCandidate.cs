namespace Harper.Core.Certificates;

/// <summary>A certificate that can be shown: its row, what it says, and whether this node has its key.</summary>
public sealed record CertificateCandidate(CertificateRow Row, CertificateFacts Facts, bool HasKey)
{
    public bool CanBeShown(DateTimeOffset now) => HasKey && !Row.IsAuthority && now <= Facts.ValidTo;
}

/// <summary>Which certificate a listener shows (operations API 7.4, R-SEC-13, R-CFG-27).</summary>
public static class CertificateChoice
{
    /// <summary>
    /// By server name, exactly and then by wildcard; without a match the best one: usable for the listener's purpose first, then signed by another, then
    /// naming this host. Null when there is none.
    /// </summary>
    /// <param name="serverName">What the client asked for (SNI); null: nothing.</param>
    /// <param name="use">The purpose of the listener.</param>
    public static CertificateCandidate? For(
        IReadOnlyList<CertificateCandidate> all, string use, string? serverName, string self, DateTimeOffset now)
    {
        // To other nodes nothing is shown that was given for something else: they would take it for the node's name. Clients get the best there is.
        var usable = all.Where(candidate => candidate.CanBeShown(now) && (use != CertificateRow.ReplicationUse || IsMeantFor(candidate, use))).ToList();
        if (serverName is { Length: > 0 })
        {
            var named = Best(usable.Where(candidate => HostsOf(candidate).Contains(serverName, StringComparer.OrdinalIgnoreCase)), use, self)
                ?? Best(usable.Where(candidate => HostsOf(candidate).Any(host => CertificateNames.Matches(host, serverName))), use, self);
            if (named is not null) return named;
        }
        return Best(usable, use, self);
    }

    /// <summary>Higher is better; the parts count in their order.</summary>
    private static (bool Usable, bool SignedByOther, bool MadeForThis, bool NamesHost, DateTimeOffset ValidTo) RankOf(CertificateCandidate candidate, string use, string self) => (
        IsMeantFor(candidate, use),
        candidate.Row.IsSelfSigned is not true && !candidate.Facts.IsSelfIssued,
        candidate.Row.HasUse(use),
        CertificateNames.IsFor(candidate.Facts, self),
        candidate.Facts.ValidTo);

    private static bool IsMeantFor(CertificateCandidate candidate, string use) => candidate.Row.HasUse(use) || candidate.Row.Uses is null or { IsEmpty: true };

    private static CertificateCandidate? Best(IEnumerable<CertificateCandidate> candidates, string use, string self) =>
        candidates.MaxBy(candidate => RankOf(candidate, use, self));

    private static IEnumerable<string> HostsOf(CertificateCandidate candidate) =>
        candidate.Row.Hosts is { IsEmpty: false } hosts ? hosts : CertificateNames.Of(candidate.Facts);
}
