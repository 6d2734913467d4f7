namespace Harper.Core.TransactionLog;

/// <summary>A moment of the log that waits to be confirmed by everybody.</summary>
/// <param name="Head">The log's head at that moment: whatever was deleted here until then lies at or below it.</param>
/// <param name="LowestSince">The lowest version that was logged after it; infinite when nothing was.</param>
public sealed record SettlementMark(double Head, double LowestSince)
{
    public static SettlementMark At(double head) => new(head, double.PositiveInfinity);

    public SettlementMark With(double loggedVersion) => loggedVersion < LowestSince ? this with { LowestSince = loggedVersion } : this;
}

/// <summary>A member of the cluster as settlement sees it.</summary>
/// <param name="Confirmed">The highest position of this log that it confirmed; null when it never did.</param>
/// <param name="InStep">Everything it had is here: nothing older than a tombstone can still be on its way.</param>
public readonly record struct SettlementMember(double? Confirmed, bool InStep);

/// <summary>
/// Up to which version tombstones may go and counters be folded (rules 4, 25): a moment is marked, and when every member has confirmed it and has
/// nothing older on its way to us, what was there at that moment is settled; what arrived later with an older version is not.
/// </summary>
public static class SettlementPolicy
{
    /// <returns>The version up to which to settle; null while somebody has to be waited for.</returns>
    public static double? SettleTo(SettlementMark mark, IEnumerable<SettlementMember> members)
    {
        foreach (var member in members)
            if (!member.InStep || member.Confirmed is not { } confirmed || confirmed < mark.Head) return null;
        return mark.LowestSince <= mark.Head ? Math.BitDecrement(mark.LowestSince) : mark.Head;
    }
}
