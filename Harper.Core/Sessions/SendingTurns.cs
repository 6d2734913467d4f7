using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>When a sending session serves, waits, serves anew and gives up.</summary>
internal static class SendingTurns
{
    /// <summary>Two nodes whose copies from each other were cut wait for each other; after this long a copy is served all the same.</summary>
    private const double CopyAnywayAfterMs = 30_000;

    private const double ConfirmWithinMs = 10_000;

    /// <summary>The rows are shorter than a log that is longer than this may be.</summary>
    private const long MaxRestBytes = 64 << 20;

    public const string Copied = "the database was copied";

    public static void OnRequest(SendingSteps step, ControlFrame.SubscriptionRequest request)
    {
        var (state, context) = (step.State, step.Context);
        if (state.Phase is SendingPhase.Naming or SendingPhase.Judging || IsSetBack(step)) return;
        if (state.Phase is SendingPhase.Streaming or SendingPhase.Copying) step.Add(SendingEffect.StopStream.Instance);
        if (request.Entries.IsEmpty)
        {
            step.State = state with { Phase = SendingPhase.Idle, Request = null, Origins = [], Giving = null };
            return;
        }

        step.State = state with { Request = request, Origins = [.. request.Entries.Select(entry => entry.Name)], Phase = SendingPhase.Idle };
        if (!context.Exists) AnswerWithNothing(step, request);
        else if (context.Filter.IsNone) Refuse(step, request);
        else Serve(step);
    }

    public static void OnOwnCopy(SendingSteps step, bool copying)
    {
        switch (step.State.Phase)
        {
            // Without its word it would be copied to again, and two that copy from each other would never come to an end.
            case SendingPhase.Streaming when step.State.Giving is not null:
                step.Add(SendingEffect.StopStream.Instance);
                step.State = step.State with { Phase = SendingPhase.Confirming, WaitingSince = step.Now };
                break;
            // An original takes only what was written here, or all but what it copied to here itself, which is in the log; and without a socket for a moment it would not find another way to a node that it just lost.
            case SendingPhase.Streaming when step.State is { Kind: PeerKind.Original4, Serving: { } serving }
                && (serving.OnlyStarts ? serving.Starts.Keys.All(origin => origin == step.Context.Self) : IsSource(step)):
                break;
            // While it is copied the log does not get all that is merged here, and afterwards it begins higher: the subscriber asks anew.
            case SendingPhase.Streaming:
                step.Close(SessionClose.Resume(copying ? "the database is being copied" : Copied));
                break;
            case SendingPhase.Waiting when !copying:
                Serve(step);
                break;
            // It was served all the same, from before what came here since.
            case SendingPhase.Copying when !copying:
                step.State = step.State with { GotMore = true };
                break;
        }
    }

    public static void OnSchema(SendingSteps step, DatabaseName database)
    {
        var context = step.Context;
        if (step.State.Phase == SendingPhase.Naming) return;
        if (!context.Exists && database == context.Database)
        {
            // It has come to be: the peer dials again and finds it.
            step.Close(SessionClose.Resume("the database exists now"));
            return;
        }

        if (context.Database.IsSystem && database != context.Database) OnOpened(step, database);
        else if (database == context.Database && step.State.Request is not null && step.Moment is not null) Announce(step, default);
    }

    /// <summary>Before the peer has named itself there is nothing to add: all that may go then is announced then.</summary>
    public static void OnOpened(SendingSteps step, DatabaseName database)
    {
        if (step.State.Phase != SendingPhase.Naming && step.Context.Database.IsSystem) step.Add(new SendingEffect.AnnounceDatabases(database));
    }

    public static void OnFilter(SendingSteps step, TableFilter filter)
    {
        if (step.Context.Filter == filter) return;
        step.State = step.State with { Context = step.Context with { Filter = filter } };
        if (step.State.Request is { } request && step.State.Phase is not (SendingPhase.Waiting or SendingPhase.Judging)) OnRequest(step, request);
    }

    /// <summary>A peer dials for every database that it has: closing would make it dial for ever (W 13.15).</summary>
    private static void AnswerWithNothing(SendingSteps step, ControlFrame.SubscriptionRequest request)
    {
        step.Send(new ControlFrame.DbSchema([], step.Context.Database, request.SetupRequestId));
        step.Send(new ControlFrame.NodeNameToIdMap(ImmutableDictionary<NodeName, int>.Empty.Add(step.Context.Self, 0), step.State.Origins));
    }

    /// <summary>4.7 dials a socket that was closed again twice a second, for ever: it is kept and told nothing. The others are told why.</summary>
    private static void Refuse(SendingSteps step, ControlFrame.SubscriptionRequest request)
    {
        if (step.State.Kind == PeerKind.Original4)
        {
            step.Note($"{step.State.Named} asks for {step.Context.Database}, of which nothing may be sent to it: it is answered with nothing");
            AnswerWithNothing(step, request);
            return;
        }

        step.Close(new SessionClose(ConnectionEndKind.Refused, SessionClose.Policy, $"Unauthorized database subscription to {step.Context.Database}"));
    }

    public static void OnBroken(SendingSteps step, SendingEvent.StreamBroken broken)
    {
        if (broken.OwnSeen is { } seen)
        {
            step.Note($"{step.State.Named}: {broken.Reason}; they are fetched back", isAlarm: true);
            Claim(step, seen, broken.Reason);
            return;
        }

        step.Close(SessionClose.Resume(broken.Reason));
    }

    /// <summary>What the peer says of this node's own changes is the writer's to judge: nothing is served until it has.</summary>
    private static void Claim(SendingSteps step, double seen, string reason)
    {
        step.State = step.State with { Phase = SendingPhase.Judging };
        step.Add(new SendingEffect.Claim(new CommitRequest.OwnWritesAhead(seen, step.State.Named), reason));
    }

    /// <summary>It says how far it has own changes, as at every beginning: nothing waits for the writer to look, since nearly always it has them all.</summary>
    public static void Ask(SendingSteps step, double seen) =>
        step.Add(new SendingEffect.Claim(new CommitRequest.OwnWritesAhead(seen, step.State.Named), $"it has writes of this node up to {seen:R}, which are not here"));

    /// <summary>Believed, the peer asks anew of the new incarnation. Not believed, it is told so, and dials slowly.</summary>
    public static void OnJudged(SendingSteps step, SendingEvent.ClaimJudged judged)
    {
        var isAwaited = step.State.Phase == SendingPhase.Judging;
        if (judged.Refusal is not { } refusal)
        {
            if (!isAwaited && !judged.Changed) return;
            if (!isAwaited) step.Note($"{step.State.Named}: {judged.Reason}; they are fetched back", isAlarm: true);
            step.Close(SessionClose.Resume(judged.Reason));
            return;
        }

        step.Note($"{step.State.Named} is not served: {refusal}", isAlarm: true);
        step.Close(new SessionClose(ConnectionEndKind.Refused, SessionClose.Policy, Membership.Admission.Cut($"not believed: {judged.Reason}")));
    }

    public static void OnCopySent(SendingSteps step)
    {
        if (step.State.Phase != SendingPhase.Copying) return;
        var anew = step.State.GotMore;
        step.State = step.State with { Phase = SendingPhase.Streaming, GotMore = false };
        FollowExclusions(step, anew);
        if (step.State is { Request: { } request, Serving: { } serving }) step.State = step.State with { Request = Followed(request, serving) };
    }

    /// <summary>The request as if it had been for what follows the copy: when it must be served anew on this connection, nothing is copied twice.</summary>
    private static ControlFrame.SubscriptionRequest Followed(ControlFrame.SubscriptionRequest request, SendPlan plan)
    {
        var asked = request.Entries[0];
        var named = request.Entries.Select(entry => entry.Name).ToHashSet();
        var others = plan.ByVersion ? plan.Starts.Keys.Where(origin => !named.Contains(origin)).Order().Select(origin => asked with { Name = origin }) : [];
        return request with
        {
            Entries =
            [
                .. request.Entries.Concat(others).Select(entry => entry with
                {
                    StartTime = plan.Starts.GetValueOrDefault(entry.Name, entry.StartTime), CopyResume = null,
                    EndTime = plan.Ends.TryGetValue(entry.Name, out var end) ? end : null,
                }),
            ],
        };
    }

    /// <summary>
    /// The stream goes on without what is excluded now. What is included now may be missing from any moment after the subscription began: the log is read again
    /// from there, since what comes twice is a duplicate. Nothing is copied again.
    /// </summary>
    /// <param name="anew">What this node has is said anew in any case.</param>
    public static void FollowExclusions(SendingSteps step, bool anew = false)
    {
        if (step.State is not { Phase: SendingPhase.Streaming, Serving: { } serving, Request: { } request } || request.ExcludedNodes.IsDefault) return;
        ImmutableHashSet<NodeName> excluded = [.. request.ExcludedNodes];
        if (excluded.SetEquals(serving.Excluded) && !anew) return;
        var plan = serving with { Excluded = excluded };
        step.State = step.State with { Serving = plan };
        var isMore = anew || !serving.Excluded.IsSubsetOf(excluded);
        step.Add(SendingEffect.StopStream.Instance);
        // What the stream had made may be lost, and with it a map.
        step.Add(new SendingEffect.SendOriginMap(step.State.Origins, plan.Filter));
        step.Add(new SendingEffect.Stream(isMore ? plan : plan with { After = Math.Max(plan.After, step.State.Confirmed ?? 0) }));
    }

    public static void OnTick(SendingSteps step)
    {
        step.StoreConfirmed();
        if (IsSetBack(step)) return;
        if (step.State.Phase == SendingPhase.Confirming && step.Now - step.State.WaitingSince > ConfirmWithinMs) step.Close(SessionClose.Resume(Copied));
        if (step.State.Phase == SendingPhase.Waiting && (!IsBusy(step) || IsOverdue(step))) Serve(step);
    }

    /// <summary>The vector that the peer has of this database is void: it must hear so.</summary>
    private static bool IsSetBack(SendingSteps step)
    {
        if (step.State is not { Phase: not SendingPhase.Naming, Kind: PeerKind.Ours } || step.Moment is not { } here || here.Positions.Incarnation == step.State.Incarnation) return false;
        step.Close(SessionClose.Resume("the database was set back"));
        return true;
    }

    /// <summary>To originals alone: they take what is copied to them without having asked, and have no way to ask for it. Ours ask themselves.</summary>
    public static void OnCopyAsked(SendingSteps step)
    {
        if (step.State.Phase is not SendingPhase.Streaming || step.State.Kind != PeerKind.Original4 || step.State.IsRelay) return;
        step.Add(SendingEffect.StopStream.Instance);
        step.State = step.State with { Phase = SendingPhase.Idle, IsCopyAsked = true };
        Serve(step);
    }

    private static void Serve(SendingSteps step)
    {
        var (state, context) = (step.State, step.Context);
        if (step.Moment is not { } moment || state.Request is not { } request) return;
        if (context.Filter.IsNone)
        {
            Refuse(step, request);
            return;
        }

        var before = moment.Positions.Given.GetValueOrDefault(state.Named, TableFilter.All).And(state.Narrowed);
        // Ours keep for themselves what they did not ask for. An original does not, and lacks it when it asks for it later.
        var offered = state.Kind == PeerKind.Original4 ? SendPlanner.Agreed(context, request) : context.Filter;
        var more = !before.Includes(offered);
        var logHasRest = !more && LogHasRest(step);
        if (!logHasRest && IsBusy(step) && !IsOverdue(step))
        {
            if (state.Phase != SendingPhase.Waiting) step.State = state with { Phase = SendingPhase.Waiting, WaitingSince = state.WaitingSince ?? step.Now };
            return;
        }

        var why = state.IsCopyAsked ? "somebody asked for it here" : null;
        var answer = logHasRest ? SendPlanner.Rest(context, state.Named, request) : SendPlanner.Plan(
            context, state.Named, state.Kind, request, moment.Positions, why ?? (more ? "it may have more tables than before" : null),
            more && why is null ? offered.Without(before) : null);
        if (answer is SendAnswer.OwnWritesAhead ahead)
        {
            step.Note($"{state.Named} has writes of this node up to {ahead.Seen:R}, which are not here", isAlarm: true);
            Claim(step, ahead.Seen, "position ahead of the log");
            return;
        }

        if (state.Kind == PeerKind.Original4 && !request.Entries[0].ReplicateByDefault && !offered.Includes(context.Filter))
            step.Note($"{state.Named} asks for listed tables of {context.Database} alone, though more may go to it: should its list be over, restart it, since it asks as before until then", isAlarm: true);

        // What it is not offered from here on it lacks when it may have it again (rule 20).
        if (!offered.Includes(before))
        {
            step.Remember(new PositionUpdate.GivesLess(state.Named, offered));
            state = state with { Narrowed = state.Narrowed.And(offered) };
        }

        // One of ours takes no copy that it did not ask for: it asks for it.
        var answers = request.Entries[0].CopyResume?.Number;
        var isTaken = more && (answers is not null || state.Kind != PeerKind.Ours);
        step.State = state = state with { IsCopyAsked = false, WaitingSince = null, GotMore = false, Giving = isTaken && answer is SendAnswer.Copy { Plan: var given } ? (given.StartPosition, offered) : null };
        Announce(step, request.SetupRequestId);
        step.Add(new SendingEffect.SendOriginMap(state.Origins, SendPlanner.Agreed(context, request)));
        switch (answer)
        {
            case SendAnswer.Stream stream:
                step.State = state with { Phase = SendingPhase.Streaming, Serving = stream.Plan };
                step.Add(new SendingEffect.Stream(stream.Plan));
                break;
            case SendAnswer.Copy copy:
                step.Note($"copies {context.Database} to {state.Named}: {copy.Reason}");
                step.State = state with { Phase = SendingPhase.Copying, Serving = copy.Plan.Then };
                step.Add(new SendingEffect.Copy(copy.Plan with { Answers = answers }));
                break;
        }
    }

    /// <summary>
    /// What is here is not whole: it is being copied, own changes are being fetched back, or the first copy left out what is old, so that another node is the
    /// better source of a copy.
    /// </summary>
    private static bool IsBusy(SendingSteps step) =>
        step.Moment is { } moment && (moment.Positions.Copy is not null || PeerMarks.RecoversOwn(moment.Positions, step.Context.Self)
            || (moment.Positions.Since is not null && AsksForCopy(step.State)));

    /// <summary>
    /// An original asks for everything, and what is not in the log it has, since it came from there. A copy would bring its own rows back to it, and with them what it patched
    /// and what was patched here merged into one, of which it might keep one or the other.
    /// </summary>
    private static bool LogHasRest(SendingSteps step)
    {
        var (state, named) = (step.State, step.State.Named);
        return state is { Kind: PeerKind.Original4, IsRelay: false, IsCopyAsked: false } && IsSource(step) && AsksForCopy(state)
            && step.Moment is { LogBytes: < MaxRestBytes } moment && !moment.Positions.Confirmed.ContainsKey(named) && moment.Positions.Since is null
            && (moment.Positions.Copy is not { } copy || copy.Source == named) && !PeerMarks.RecoversOwn(moment.Positions, step.Context.Self)
            && moment.Positions.Cursors.Keys.Concat(moment.Positions.Through.Keys).Concat(moment.Positions.Floor.Keys).All(origin => origin == named || origin == step.Context.Self)
            && moment.Positions.Floor.GetValueOrDefault(step.Context.Self) == 0;
    }

    private static bool IsSource(SendingSteps step) => !step.Context.Database.IsSystem && step.State.Sources.Contains(step.State.Named);

    private static bool AsksForCopy(SendingState state) =>
        state.Request is { Entries: [var first, ..] } && (first.CopyResume is not null || (state.Kind != PeerKind.Ours && first.StartTime <= 0));

    /// <summary>Who is being copied serves no stream; a copy it serves when the one who asks may be what its own copy waits for.</summary>
    private static bool IsOverdue(SendingSteps step)
    {
        if (step.State.Phase != SendingPhase.Waiting || step.Moment is not { } moment) return false;
        var waited = step.Now - step.State.WaitingSince > CopyAnywayAfterMs;
        if (moment.Positions.Copy is not { } copy) return waited;
        return AsksForCopy(step.State) && (copy.Source == step.State.Named || waited);
    }

    private static void Announce(SendingSteps step, ReadOnlyMemory<byte> echo)
    {
        if (step.Moment is not { } moment) return;
        var tables = SchemaAnnouncement.Of(moment.Catalog, step.Context.Filter, withOptions: step.State.Kind == PeerKind.Ours);
        step.Send(new ControlFrame.DbSchema(tables, step.Context.Database, echo));
    }
}
