namespace Harper.Core.Certificates.Revocation;

/// <summary>Whose certificates are checked against the lists and responders of their authorities.</summary>
public enum RevocationScope
{
    Nobody,

    /// <summary>Those that are believed through a public authority alone (R-VER-14): there the operator has no list of serial numbers to keep.</summary>
    PublicRoots,
    Everybody,
}

/// <summary><c>replication.mtls.certificateVerification</c> (operations API 7.6).</summary>
/// <param name="FailOpen">What could not be checked is let in, with a warning.</param>
public sealed record RevocationSettings(RevocationScope Scope, bool FailOpen, CrlSettings Crl, OcspSettings Ocsp)
{
    /// <summary>What holds when the operator said nothing.</summary>
    public static readonly RevocationSettings Automatic = new(RevocationScope.PublicRoots, FailOpen: false, new CrlSettings(), new OcspSettings());
}

public sealed record CrlSettings
{
    public bool Enabled { get; init; } = true;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A list is not fetched again for this long.</summary>
    public TimeSpan CacheTtl { get; init; } = TimeSpan.FromDays(1);

    /// <summary>A list that is over is used for this much longer when no newer one can be had.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Null: as for the whole.</summary>
    public bool? FailOpen { get; init; }
}

public sealed record OcspSettings
{
    public bool Enabled { get; init; } = true;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>An answer is not asked for again for this long, nor after its own end.</summary>
    public TimeSpan CacheTtl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The same for what was no answer.</summary>
    public TimeSpan ErrorCacheTtl { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Null: as for the whole.</summary>
    public bool? FailOpen { get; init; }
}
