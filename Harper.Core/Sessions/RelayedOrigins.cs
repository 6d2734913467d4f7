using Harper.Core.Identity;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>
/// What an original of 4.7 relays: it sends the changes of nodes that are named in the request, and no others, so every node that does not come directly is named, whether it has
/// heard of it yet or not (rule 18). It makes an id for a name that is new to it.
/// </summary>
internal static class RelayedOrigins
{
    /// <summary>How long a node may be on its way to come directly, in milliseconds: an original reads its whole log for a node that nothing is known of here.</summary>
    public const double Patience = 3_000;

    public static void OnMap(ReceivingSteps step, ControlFrame.NodeNameToIdMap map)
    {
        step.State = step.State with { Mapped = [.. map.Ids.Keys] };
        if (MayAsk(step) && Missing(step.State).Any(step.State.Mapped.Contains)) ReceivingTurns.Request(step, copy: false);
    }

    public static void OnTick(ReceivingSteps step)
    {
        if (!MayAsk(step) || !Missing(step.State).Any())
        {
            step.State = step.State with { RelayWantedSince = null };
            return;
        }

        var since = step.State.RelayWantedSince ?? step.Moment.Now;
        step.State = step.State with { RelayWantedSince = since };
        if (step.Moment.Now - since >= Patience) ReceivingTurns.Request(step, copy: false);
    }

    /// <summary>Once its copy is through: a request before that would be for the log alone.</summary>
    private static bool MayAsk(ReceivingSteps step) =>
        step.State is { Kind: PeerKind.Original4, Phase: ReceivingPhase.Streaming } && step.Moment.Positions.Cursors.ContainsKey(step.Context.Peer);

    private static IEnumerable<NodeName> Missing(ReceivingState state) => Of(state).Where(origin => !state.Origins.Contains(origin));

    /// <summary>Whom to ask the peer for beside itself.</summary>
    public static IEnumerable<NodeName> Of(ReceivingState state) => state.Mapped.Concat(state.Members.Where(member => !state.Mapped.Contains(member)))
        .Where(origin => origin != state.Context.Self && origin != state.Context.Peer && !state.Direct.Contains(origin) && !state.Distrusted.Contains(origin));
}
