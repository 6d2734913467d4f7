namespace Harper.Core.Certificates;

/// <summary>When a certificate is replaced by itself: early enough that whoever must sign it may be away for long.</summary>
public static class RenewalPolicy
{
    private static readonly TimeSpan LongestLead = TimeSpan.FromDays(30);

    /// <summary>The last third of its life, thirty days at most.</summary>
    public static DateTimeOffset DueAt(CertificateFacts certificate)
    {
        var lead = (certificate.ValidTo - certificate.ValidFrom) / 3;
        return certificate.ValidTo - (lead < LongestLead ? lead : LongestLead);
    }

    public static bool IsDue(CertificateFacts certificate, DateTimeOffset now) => now >= DueAt(certificate);
}
