namespace Harper.Core.Certificates.Revocation;

public enum RevocationStatus
{
    Good,
    Revoked,

    /// <summary>Somebody else's signature under what should be the authority's: never believed, and never a reason to let in.</summary>
    Forged,

    /// <summary>Nothing could be learned: no answer, no sense in it, too old, too large.</summary>
    Unavailable,
}

/// <param name="Reason">In words for a log.</param>
public sealed record RevocationAnswer(RevocationStatus Status, string Reason)
{
    public static readonly RevocationAnswer Good = new(RevocationStatus.Good, "good");

    public static RevocationAnswer Unavailable(string reason) => new(RevocationStatus.Unavailable, reason);

    public static RevocationAnswer Forged(string reason) => new(RevocationStatus.Forged, reason);

    public static RevocationAnswer Revoked(string reason) => new(RevocationStatus.Revoked, reason);
}

/// <param name="Refusal">Null: let in.</param>
/// <param name="Warning">Let in although nothing could be learned, because the operator said so.</param>
public readonly record struct RevocationVerdict(string? Refusal, string? Warning);

/// <summary>What follows from what the authorities said (R-VER-06, 09, 10, 11).</summary>
public static class RevocationDecision
{
    /// <summary>Whether a responder is to be asked after the list was looked at.</summary>
    public static bool NeedsOcsp(RevocationAnswer? crl) => crl is null or { Status: RevocationStatus.Unavailable };

    /// <param name="crl">Null: the certificate names no list, or lists are off.</param>
    /// <param name="ocsp">Null: it names no responder, responders are off, or the list was enough.</param>
    public static RevocationVerdict Decide(RevocationSettings settings, RevocationAnswer? crl, RevocationAnswer? ocsp)
    {
        // Whatever else was heard: what is revoked stays out, and so does whoever shows a forged answer, in any mode.
        foreach (var answer in (RevocationAnswer?[])[crl, ocsp])
            if (answer is { Status: RevocationStatus.Revoked }) return new RevocationVerdict("certificate revoked: " + answer.Reason, null);
        foreach (var answer in (RevocationAnswer?[])[crl, ocsp])
            if (answer is { Status: RevocationStatus.Forged }) return new RevocationVerdict("revocation status is forged: " + answer.Reason, null);
        if (crl is { Status: RevocationStatus.Good } || ocsp is { Status: RevocationStatus.Good }) return default;
        var why = string.Join("; ", new[] { crl?.Reason, ocsp?.Reason }.Where(reason => reason is not null));
        if (why.Length == 0) why = "the certificate names neither a revocation list nor a responder that may be asked";
        var open = (ocsp is not null ? settings.Ocsp.FailOpen : crl is not null ? settings.Crl.FailOpen : null) ?? settings.FailOpen;
        return open
            ? new RevocationVerdict(null, why)
            : new RevocationVerdict($"revocation status unknown: {why} (certificateVerification.failureMode: fail-open would let it in)", null);
    }
}
