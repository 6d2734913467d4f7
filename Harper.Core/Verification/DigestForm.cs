namespace Harper.Core.Verification;

/// <summary>What a digest is taken over (rule 26).</summary>
public enum DigestForm
{
    /// <summary>Key, stamp and canonical value, tombstones included: between our nodes.</summary>
    Full,

    /// <summary>Key and canonical value of living rows: with an original in the cluster, which keeps neither true origins nor all tombstones.</summary>
    Values,
}
