using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>
/// A vector says up to which version an origin's changes are here; not all of them are, where they came through a narrower filter: of this node, of the peer, or of one that the peer has them
/// from. What is lacking is copied from the origin itself once it lets it pass, and where the origin does not come directly, from whoever has it (rules 12, 20).
/// </summary>
internal static class CoveredOrigins
{
    /// <summary>A source that is behind this node cannot bring all: it is asked again after so long, in milliseconds, and after twice as long each time that it did not help.</summary>
    private const double AskAgainMs = 5_000;

    private const int MaxDoublings = 7;

    public static void OnMap(ReceivingSteps step, ControlFrame.NodeNameToIdMap map)
    {
        // Of system nothing else is ever wanted. Tables that are this node's own are lacking nowhere.
        var offered = step.Context.Database.IsSystem ? TableFilter.All : (map.Offered ?? TableFilter.All).Or(step.State.OwnTables);
        step.State = step.State with { Passing = new PassingTables(offered, map.Covers, step.Context.Filter) };
        if (step.State.LackingSought.At == 0) Seek(step);
    }

    public static void OnTick(ReceivingSteps step)
    {
        var (at, vain) = step.State.LackingSought;
        if (step.Moment.Now - at >= AskAgainMs * (1 << Math.Min(vain, MaxDoublings))) Seek(step);
    }

    private static void Seek(ReceivingSteps step)
    {
        var (state, positions) = (step.State, step.Moment.Positions);
        if (state is not { IsOurs: true, Phase: ReceivingPhase.Streaming } || !positions.HasHistory) return;
        var lacking = TableFilter.None;
        foreach (var (origin, covered) in positions.Covers)
            if (origin == state.Context.Peer || (!state.Direct.Contains(origin) && !state.Distrusted.Contains(origin)))
                lacking = lacking.Or((state.Passing.Under(origin) ?? TableFilter.All).Without(covered));
        // By and by, or whoever lacks something again and again would be copied to all the time.
        if (lacking.IsNone)
        {
            if (state.LackingSought is { Vain: > 0 } sought) step.State = state with { LackingSought = (step.Moment.Now, sought.Vain - 1) };
            return;
        }

        // Where a first copy left out what is old, all that is newer is copied for it.
        step.State = state with { LackingSought = (step.Moment.Now, positions.Since is null ? state.LackingSought.Vain + 1 : MaxDoublings) };
        ReceivingTurns.AskForCopy(step, widenedFrom: TableFilter.All.Without(lacking));
    }
}
