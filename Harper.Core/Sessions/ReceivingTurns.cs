using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>When a receiving session asks, waits, asks anew and gives up.</summary>
internal static class ReceivingTurns
{
    private const int MaxRepeats = 5;

    public static void AskTurn(ReceivingSteps step)
    {
        var state = step.State;
        if (state.IsAbsentThere) return;
        var copy = state.CopyWanted || (!state.HasCopied && RequestPlanner.NeedsCopy(
            state.Context.Self, state.Context.Peer, state.Theirs, step.Moment.Positions, state.Context.Filter, state.Context.StartTime, step.Moment.Now));
        step.Add(new ReceivingEffect.AskTurn(copy));
    }

    public static void OnTurn(ReceivingSteps step, bool copy)
    {
        if (step.State.Phase == ReceivingPhase.Waiting) Request(step, copy);
    }

    /// <summary>Stop: another session copies. What is on its way still counts; an empty request stops the rest.</summary>
    public static void OnYield(ReceivingSteps step)
    {
        if (step.State.Phase is not (ReceivingPhase.Requested or ReceivingPhase.Streaming)) return;
        step.Send(new ControlFrame.SubscriptionRequest([]));
        step.State = step.State with { Phase = ReceivingPhase.Waiting, Origins = [] };
        AskTurn(step);
    }

    public static void OnAskAgain(ReceivingSteps step)
    {
        if (step.State.Phase == ReceivingPhase.Waiting) AskTurn(step);
    }

    public static void OnDirect(ReceivingSteps step, ImmutableHashSet<NodeName> others)
    {
        step.State = step.State with { Direct = others };
        FollowDirect(step);
    }

    /// <summary>What began or ceased to come directly since it was asked for.</summary>
    public static void FollowDirect(ReceivingSteps step)
    {
        if (step.State.Phase != ReceivingPhase.Streaming) return;
        var excluded = RequestPlanner.Excluded(step.Context.Self, step.Context.Peer, step.State.Direct.Union(step.State.Distrusted));
        if (!excluded.SetEquals(step.State.Excluded)) Request(step, copy: false);
    }

    /// <summary>What is not asked for any more needs no copy; what is added does (rule 20).</summary>
    public static void OnFilter(ReceivingSteps step, TableFilter filter)
    {
        var old = step.Context.Filter;
        if (old == filter) return;
        var wider = old.And(filter) != filter;
        step.State = step.State with { Context = step.Context with { Filter = filter }, Passing = step.State.Passing.Taking(filter) };
        if (step.State.Phase is ReceivingPhase.Naming) return;

        if (!wider && step.State.Phase == ReceivingPhase.Streaming)
        {
            Request(step, copy: false);
            return;
        }

        // Whatever comes from here on is sifted by it, also what was asked for before.
        Narrow(step);

        // The copy that runs brings no more than what both let pass.
        if (step.State.Copy is { } copy) step.State = step.State with { Copy = copy with { Filter = copy.Filter.And(filter) } };
        if (wider) AskForCopy(step, widenedFrom: old);
    }

    public static void Resync(ReceivingSteps step)
    {
        step.State = step.State with { ResyncWanted = true };
        AskForCopy(step);
    }

    /// <summary>Stop what runs and ask for a turn to copy.</summary>
    /// <param name="widenedFrom">Only tables that are not among these are wanted.</param>
    public static void AskForCopy(ReceivingSteps step, TableFilter? widenedFrom = null)
    {
        var state = step.State;
        var onlyWidens = widenedFrom is not null && (!state.CopyWanted || state.WidenedFrom is not null);
        step.State = state with { CopyWanted = true, WidenedFrom = onlyWidens ? widenedFrom!.And(state.WidenedFrom ?? TableFilter.All) : null };
        if (step.State.Phase is ReceivingPhase.Naming or ReceivingPhase.Copying) return;
        if (step.State.Phase != ReceivingPhase.Waiting) step.Send(new ControlFrame.SubscriptionRequest([]));
        step.State = step.State with { Phase = ReceivingPhase.Waiting };
        AskTurn(step);
    }

    /// <summary>A name that no 141 or 132 explained: nothing of the message was taken; ask again from what is durable, on the same socket (rule 19).</summary>
    public static void OnUndecodable(ReceivingSteps step, ReceivingEvent.Undecodable undecodable)
    {
        var state = step.State;
        var isName = undecodable.Code is FrameErrorCode.UnknownOrigin or FrameErrorCode.UnknownTable;
        // What was under way when it was asked anew may need the same name.
        if (isName && state.Phase is ReceivingPhase.Waiting or ReceivingPhase.Requested) return;
        if (!isName || state.Repeats >= MaxRepeats || state.Phase is ReceivingPhase.Naming)
        {
            step.Alarm($"cannot read what {step.Context.Peer} sends: {undecodable.Message}");
            step.Close(SessionClose.Resume($"{undecodable.Code}: {undecodable.Message}"));
            return;
        }

        step.State = state with { Repeats = state.Repeats + 1 };
        Request(step, state.CopyTurn && (state.Phase != ReceivingPhase.Streaming));
    }

    public static void OnTick(ReceivingSteps step)
    {
        RelayedOrigins.OnTick(step);
        CoveredOrigins.OnTick(step);
        var (state, now, deadlines) = (step.State, step.Moment.Now, step.Context.Deadlines);
        var idle = now - state.ProgressAt;
        if (state.Phase == ReceivingPhase.Naming)
        {
            if (idle > deadlines.Name) step.Close(SessionClose.Resume("no NODE_NAME"));
            return;
        }

        ReceivingData.FollowRest(step);
        ReceivingBlobs.OnTick(step);
        state = step.State;

        // v5 says how long it may take to set a subscription up, and that it will say when it has.
        if (state is { Phase: ReceivingPhase.Requested, CopyTurn: false, AwaitedSetup.IsEmpty: false }
            && idle > (state.V5?.SubscriptionSetupBudgetMs ?? 0) + deadlines.Progress)
        {
            step.Close(SessionClose.Resume("the request was not acknowledged"));
            return;
        }

        // Nodes that copy from each other in a circle would wait for ever.
        if (state is { Phase: ReceivingPhase.Requested, CopyTurn: true } && idle > deadlines.CopyAnswer)
        {
            step.Send(new ControlFrame.SubscriptionRequest([]));
            step.State = state with { Phase = ReceivingPhase.Waiting, ProgressAt = now, Origins = [] };
            step.Add(ReceivingEffect.PassTurn.Instance);
            return;
        }

        // Who passed its turn on is asked again when another copy ends, and there may be none.
        if (state.Phase == ReceivingPhase.Waiting && idle > deadlines.CopyAnswer)
        {
            step.State = state with { ProgressAt = now };
            AskTurn(step);
            return;
        }

        // 4.7 says nothing when a copy of nothing ends.
        if (state is { Phase: ReceivingPhase.Copying, Kind: PeerKind.Original4, CopyEnding: false, Pending: 0, Copy.Rows: 0 } && idle > deadlines.SilentCopy)
        {
            ReceivingData.EndCopy(step, null);
            return;
        }

        // Found by the other end, or by a stream to another peer.
        if (state is { Phase: ReceivingPhase.Streaming, IsOurs: true, Pending: 0 } && PeerMarks.HasLostOf(step.Moment.Positions, step.Context.Peer))
        {
            AskForCopy(step);
            return;
        }

        // The session that began it is gone, and what it handed over last was written after this one got its turn.
        if (state is { Phase: ReceivingPhase.Streaming, Pending: 0, HasCopied: false } && step.Moment.Positions.Copy is not null)
        {
            OnYield(step);
            return;
        }

        if (state is { Phase: ReceivingPhase.Streaming, Pending: 0 } && now - state.OwnWritesAskedAt > deadlines.OwnWritesOfOriginals)
            step.State = state = state with { OwnWritesAskedAt = null };

        // 4.7 does not say when it has sent all that it has of a node.
        if (state is { Phase: ReceivingPhase.Streaming, IsOurs: false, Pending: 0 } && idle > deadlines.OwnWritesOfOriginals
            && PeerMarks.RecoversOwn(step.Moment.Positions, step.Context.Self))
            step.Apply(new CommitRequest.OwnWritesBack(), null);

        var pending = state.Pending > 0 || (state.Phase == ReceivingPhase.Copying && !state.CopyEnding);
        var deadline = state.IsOurs ? deadlines.Progress : deadlines.ProgressOfOriginals;
        if (state.Phase == ReceivingPhase.Copying) deadline = Math.Min(deadline, deadlines.Copy);
        if (pending && idle > deadline)
            step.Close(SessionClose.Resume("no progress although work is pending"));
    }

    /// <summary>Asks for what is not durable here. Positions may be behind what is being committed: what comes twice is a duplicate.</summary>
    public static void Request(ReceivingSteps step, bool copy)
    {
        var (state, context, moment) = (step.State, step.Context, step.Moment);
        // 4.7 copies no row where tables are listed, and of what is left out all the rest: what comes and was not wanted is dropped here.
        var isByName = copy && state.Kind == PeerKind.Original4 && !context.Filter.ByDefault;
        var stated = LocalTables.Stated(moment.Catalog, isByName ? TableFilter.AllBut(state.TheirTables.Except(context.Filter.Tables)) : context.Filter);
        var resumed = copy && state.IsOurs
            ? RequestPlanner.ResumableFrom(state.ResyncWanted ? null : moment.Positions.Copy, context.Peer, state.Theirs!.Incarnation, context.Filter) : null;
        var only = copy && resumed is null && !state.ResyncWanted && (state.WidenedFrom is not null || !state.CopyWanted)
            ? RequestPlanner.OnlyAdded(context.Self, context.Peer, state.Theirs, moment.Positions, context.Filter, state.WidenedFrom) : null;
        var since = copy && !state.ResyncWanted ? resumed?.Since ?? RequestPlanner.CopySince(context, moment.Positions, state.IsOurs) : null;
        var number = copy ? state.CopyNumber + 1 : state.CopyNumber;
        if (!copy) Narrow(step);
        var direct = state.Direct.Union(state.Distrusted);
        var request = state.IsOurs
            ? RequestPlanner.ForOurs(context.Self, context.Peer, moment.Positions, stated, direct, resumed, copy, since, only, number)
            : RequestPlanner.ForOriginal(
                context.Self, context.Peer, moment.Positions, stated, direct, RelayedOrigins.Of(state), copy, context.StartTime, moment.Now);
        var setups = state.Setups;
        if (state.V5 is { SubscriptionSetupAck: true })
        {
            setups++;
            request = request with { SetupRequestId = SetupId(setups) };
        }

        if (copy && state.Kind == PeerKind.Original4) OriginalClock.Ask(step);
        step.Send(request);
        step.State = step.State with
        {
            AwaitedSetup = request.SetupRequestId,
            Setups = setups,
            Phase = ReceivingPhase.Requested,
            Origins = [.. request.Entries.Select(entry => entry.Name)],
            Excluded = [.. request.ExcludedNodes],
            OwnTables = LocalTables.Declared(moment.Catalog),
            HasRequested = true,
            OwnWritesAskedAt = state.Kind == PeerKind.Original4 && (!state.HasRequested || state.OwnWritesAskedAt is not null)
                && request.Entries.Any(entry => entry.Name == context.Self) ? moment.Now : null,
            CopyWanted = false,
            WidenedFrom = null,
            CopyTurn = copy,
            CopyNumber = number,
            CopyEnding = false,
            Copy = null,
            ResumedFrom = resumed,
            Since = since,
            ResyncWanted = false,
            ProgressAt = moment.Now,
            Drained = false,
        };

        ReceivingData.FollowRest(step);

        // 4.7 has no markers: what follows a request from 0 is the copy.
        if (copy && state.Kind == PeerKind.Original4) ReceivingData.BeginCopy(step, null);
    }

    /// <summary>A short text in MessagePack.</summary>
    private static byte[] SetupId(int number)
    {
        var text = Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
        return [(byte)(0xA0 | text.Length), .. text];
    }

    /// <summary>Before anything of it comes: what is not taken from here on is missing when it is wanted again (rule 20).</summary>
    private static void Narrow(ReceivingSteps step)
    {
        var (context, taken) = (step.Context, step.Moment.Positions.Taken.GetValueOrDefault(step.Context.Peer, TableFilter.All));
        // The end of a copy may say more any moment.
        if (context.Filter.Includes(taken) && !step.State.CopyEnding) return;
        step.Apply(new CommitRequest.Positions(ImmutableArray.Create<PositionUpdate>(new PositionUpdate.TakesLess(context.Peer, context.Filter))), null);
    }
}
