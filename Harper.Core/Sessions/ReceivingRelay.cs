using Harper.Core.Wire.Data;

namespace Harper.Core.Sessions;

/// <summary>Changes that a peer passes on in another's name: taken only where they were asked for and can be true (rule 18, ADR 0012).</summary>
internal static class ReceivingRelay
{
    /// <summary>
    /// True: nothing of the transaction is taken. What was excluded comes from its origin itself, which was asked for all of it, or is asked of this peer once the origin is out of reach.
    /// </summary>
    public static bool Refuses(ReceivingSteps step, ReceivedTransaction transaction)
    {
        var (state, context) = (step.State, step.Context);
        var (version, origin) = transaction.Stamp;
        if (transaction.Changes.IsEmpty && !state.IsOurs) return false;

        // Originals are asked for own writes that are lost here (rule 16).
        if (origin == context.Peer || (origin == context.Self && !state.IsOurs)) return false;
        if (state.Excluded.Contains(origin) || state.Distrusted.Contains(origin))
        {
            Count(step);

            // What was on its way when the request was made is no lie.
            if (state.Phase != ReceivingPhase.Streaming || state.Reported.Contains(origin)) return true;
            step.State = step.State with { Reported = state.Reported.Add(origin) };
            step.Alarm(origin == context.Self
                ? $"{context.Peer} sends changes in the name of this node, which were not asked for: they are not taken"
                : $"{context.Peer} sends changes in the name of {origin}, which were not asked of it: they are taken from {origin} alone");
            return true;
        }

        // An original's relays move no position, and wait in quarantine.
        if (!state.IsOurs || RelayTrust.CanBeKnown(version, step.Moment.Now)) return false;
        Count(step);
        step.State = step.State with { Distrusted = state.Distrusted.Add(origin) };
        step.Alarm($"{context.Peer} passes on a change of {origin} at {version:R}, which is {version - step.Moment.Now:0} ms ahead: it cannot have it; nothing of {origin} is taken from it any more; compare the clocks");
        if (state.Phase == ReceivingPhase.Streaming) ReceivingTurns.Request(step, copy: false);
        return true;
    }

    private static void Count(ReceivingSteps step) => step.State = step.State with { Disbelieved = step.State.Disbelieved + 1 };
}
