using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>
/// A vector says up to which version an origin's changes are here; not all of them are, where they came through a narrower filter: of this node, of the peer, or of one that the peer has them
/// from. What is lacking is copied from the origin itself once it lets it pass, and where the origin does not come directly, from whoever has it, or more of it (rules 12, 20).
/// </summary>
internal static class CoveredOrigins
{
    /// <summary>It is looked again after so long, in milliseconds, and after twice as long each time that something was lacking.</summary>
    private const double AskAgainMs = 5_000;

    private const int MaxDoublings = 7, News = 1;

    public static void OnMap(ReceivingSteps step, ControlFrame.NodeNameToIdMap map)
    {
        // Of system nothing else is ever wanted. Tables that are this node's own are lacking nowhere.
        var offered = step.Context.Database.IsSystem ? TableFilter.All : (map.Offered ?? TableFilter.All).Or(step.State.OwnTables);
        var (at, vain) = step.State.LackingSought;
        var before = vain > News ? Lacking(step).Tables : null;
        step.State = step.State with { Passing = new PassingTables(offered, map.Covers, step.Context.Filter) { Through = map.Through, Parts = map.Parts } };

        // What the peer has got since is not waited for as long as what was sought again and again.
        if (before is not null && !before.Includes(Lacking(step).Tables)) step.State = step.State with { LackingSought = (at, News) };
        if (at == 0) Seek(step, mayAskHow: false);
    }

    public static void OnTick(ReceivingSteps step)
    {
        var (at, vain) = step.State.LackingSought;
        if (step.Moment.Now - at >= AskAgainMs * (1 << Math.Min(vain, MaxDoublings))) Seek(step, mayAskHow: true);
    }

    /// <param name="mayAskHow">How far the peer has come may be asked for: it is said with each answer.</param>
    private static void Seek(ReceivingSteps step, bool mayAskHow)
    {
        var (state, positions) = (step.State, step.Moment.Positions);
        if (state is not { IsOurs: true, Phase: ReceivingPhase.Streaming } || !positions.HasHistory) return;
        var (lacking, isBehind) = Lacking(step);

        // By and by, or whoever lacks something again and again would be copied to all the time.
        if (lacking.IsNone && !isBehind)
        {
            if (state.LackingSought is { Vain: > 0 } sought) step.State = state with { LackingSought = (step.Moment.Now, sought.Vain - 1) };
            return;
        }

        // Where a first copy left out what is old, all that is newer is copied for it.
        var vain = positions.Since is null ? state.LackingSought.Vain + 1 : MaxDoublings;
        if (!lacking.IsNone)
        {
            step.State = state with { LackingSought = (step.Moment.Now, vain) };
            ReceivingTurns.AskForCopy(step, widenedFrom: TableFilter.All.Without(lacking));
            return;
        }

        // The answer is looked at when it comes.
        step.State = state with { LackingSought = (mayAskHow ? 0 : step.Moment.Now, mayAskHow ? vain : state.LackingSought.Vain) };
        if (mayAskHow) ReceivingTurns.Request(step, copy: false);
    }

    /// <summary>The tables that a copy would bring this node further with, and whether there are others of which the peer has all, but less than is here: it is not copied from in vain.</summary>
    private static (TableFilter Tables, bool IsBehind) Lacking(ReceivingSteps step)
    {
        var (state, positions) = (step.State, step.Moment.Positions);
        var (lacking, isBehind) = (TableFilter.None, false);
        var parts = state.Passing.PassingParts(step.Moment.Catalog);
        foreach (var (origin, covered) in positions.Covers)
        {
            if (origin != state.Context.Peer && (state.Direct.Contains(origin) || state.Distrusted.Contains(origin))) continue;
            var whole = (state.Passing.Under(origin) ?? TableFilter.All).Without(covered);
            if (origin == state.Context.Self || state.Passing.Through is not { } reached || !(reached.GetValueOrDefault(origin) < positions.Through.GetValueOrDefault(origin)))
            {
                lacking = lacking.Or(whole);
            }
            else
            {
                foreach (var table in step.Moment.Catalog.Tables.Keys.Where(whole.Allows))
                {
                    if (positions.Parts.Of(origin, table) < reached.GetValueOrDefault(origin)) lacking = lacking.Or(TableFilter.Only([table]));
                    else isBehind = true;
                }
            }

            // Nobody has all of these that is in reach.
            foreach (var (table, version) in parts.GetValueOrDefault(origin, NoParts))
                if (version > positions.Parts.Of(origin, table) && !covered.Allows(table) && RelayTrust.CanBeKnown(version, step.Moment.Now))
                    lacking = lacking.Or(TableFilter.Only([table]));
        }

        return (lacking, isBehind);
    }

    private static readonly ImmutableDictionary<TableName, double> NoParts = ImmutableDictionary<TableName, double>.Empty;
}
