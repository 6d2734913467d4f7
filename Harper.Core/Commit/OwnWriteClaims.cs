using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Commit;

/// <summary>
/// How often a peer may say that own writes of this node are lost here (rule 16). Each such claim that is believed gives the database a new incarnation, and everybody copies from it:
/// honest peers have one after a loss of power, a forger any number (ADR 0012). In memory: whoever was believed before a restart may be believed again.
/// </summary>
/// <param name="Left">Claimant → how many more are believed, as of a time (epoch milliseconds); absent: all.</param>
public sealed record OwnWriteClaims(ImmutableDictionary<NodeName, (double Left, double At)> Left)
{
    public const double AtOnce = 4;

    /// <summary>One more is believed after so many milliseconds.</summary>
    public const double EveryMs = 300_000;

    public static readonly OwnWriteClaims None = new(ImmutableDictionary<NodeName, (double, double)>.Empty);

    /// <summary>Null: not now.</summary>
    public OwnWriteClaims? Believe(NodeName claimant, double now)
    {
        var (left, at) = Left.GetValueOrDefault(claimant, (AtOnce, now));
        left = Math.Min(AtOnce, left + Math.Max(0, now - at) / EveryMs);
        return left < 1 ? null : new OwnWriteClaims(Left.SetItem(claimant, (left - 1, now)));
    }
}
