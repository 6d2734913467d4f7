using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;

namespace Harper.Core.Sessions;

/// <summary>Transactions and copied rows: what is handed to the writer, and what follows from its answers.</summary>
internal static class ReceivingData
{
    public static void On(ReceivingSteps step, ImmutableArray<ReceivedTransaction> transactions, long bytes)
    {
        var now = step.Moment.Now;
        if (!step.State.HasRequested)
        {
            step.Close(new SessionClose(ConnectionEndKind.Resume, SessionClose.Policy, "data came before anything was asked for"));
            return;
        }

        step.State = step.State with { LastReceivedAt = now, ProgressAt = now, LastWasRecord = true, Drained = false, Repeats = 0 };
        var share = transactions.IsEmpty ? 0 : bytes / transactions.Length;
        var rest = bytes - share * transactions.Length;
        var claimed = step.State.PendingBytes;
        var rows = new List<ReceivedTransaction>();
        var rowBytes = 0L;
        foreach (var transaction in transactions)
        {
            var transactionBytes = share + rest;
            rest = 0;
            if (transaction is { Held: not null } or { Blob: not null })
            {
                OnHeld(step, transaction, transactionBytes);
                continue;
            }

            if (IsCopied(step.State, transaction))
            {
                rows.Add(transaction);
                rowBytes += transactionBytes;

                // The in-band position, even 0, ends a copy of 4.7.
                if (step.State.Kind != PeerKind.Original4 || transaction.Position is not { } end) continue;
                CopyRows(step, rows, rowBytes);
                rows.Clear();
                rowBytes = 0;
                EndCopy(step, end);
                continue;
            }

            if (rows.Count > 0) CopyRows(step, rows, rowBytes);
            rows.Clear();
            rowBytes = 0;
            Stream(step, transaction, transactionBytes);
        }

        if (rows.Count > 0) CopyRows(step, rows, rowBytes);

        // The budgets get back what no request carries.
        claimed = step.State.PendingBytes - claimed;
        if (claimed < bytes && step.State.Phase != ReceivingPhase.Ended) step.Apply(null, null, bytes - claimed);
    }

    public static void OnApplied(ReceivingSteps step, AppliedBatch batch)
    {
        var state = step.State;
        var confirmed = batch.Confirmed is { } position && position > (state.Confirmed ?? 0) ? position : (double?)null;
        // Who gives a copy takes the next confirmation for its end: until then it hears none (rule 20).
        var ends = batch.CopyCompleted && state.CopyEnding;
        var isSilent = !ends && state is { IsOurs: true, CopyTurn: true, Phase: ReceivingPhase.Requested or ReceivingPhase.Copying };
        step.State = state = state with
        {
            Pending = state.Pending - batch.Count,
            HandshakeLeft = state.HandshakeLeft - batch.Count,
            PendingBytes = state.PendingBytes - batch.Bytes,
            ProgressAt = step.Moment.Now,
            Confirmed = confirmed ?? state.Confirmed,
            MadeProgress = state.MadeProgress || batch.Count > 0,
        };
        if (batch.Failure is { } failure)
        {
            Failed(step, failure);
            return;
        }

        // One that was asked for anew while its end was being stored is not over.
        if (ends)
        {
            step.State = state = state with
            {
                Phase = ReceivingPhase.Streaming, Copy = null, CopyEnding = false, CopyTurn = false, HasCopied = !state.IsOurs,
                CopiesCompleted = state.CopiesCompleted + 1,
            };
        }

        // The end of a copy is always said: it may stand at a position that was confirmed before. And it is said before anything else is asked for.
        if ((confirmed ?? (ends ? state.Confirmed : null)) is { } durable && !isSilent) step.Send(new ControlFrame.CommittedUpdate(durable));
        if (ends) step.Add(ReceivingEffect.CopyEnded.Instance);
        if (ends && state.CopyWanted) ReceivingTurns.AskForCopy(step, state.WidenedFrom);
        FollowRest(step);
    }

    /// <summary>
    /// What the last copy still lacks outlives sessions and processes (rule 23): the source's own session says when all of it is here, and where the source is
    /// away, any session that sees its vector reached.
    /// </summary>
    public static void FollowRest(ReceivingSteps step)
    {
        var state = step.State;
        var rest = step.Moment.Positions.Rest;
        var isSource = rest?.Source == step.Context.Peer;
        step.State = state with { CatchUpTo = isSource && state.Phase is ReceivingPhase.Requested or ReceivingPhase.Streaming ? rest!.Head : null };
        if (rest is null || state.Phase != ReceivingPhase.Streaming || state.SaidCaughtUp == rest.Head) return;
        if (isSource ? !(state.Confirmed >= rest.Head) : !rest.IsReachedBy(step.Moment.Positions.Through, step.Context.Self)) return;
        step.State = step.State with { SaidCaughtUp = rest.Head };
        step.Apply(new CommitRequest.Positions(ImmutableArray.Create<PositionUpdate>(new PositionUpdate.CaughtUp(rest.Source, rest.Head))), null);
    }

    /// <summary>
    /// Between ours the source begins a copy when it was asked for one, and also when its log does not reach back to what was asked (rule 13) or it may send more than
    /// before (rule 20): such a copy is asked for in turn, and what comes of it until then is left.
    /// </summary>
    public static void OnCopyStart(ReceivingSteps step, ControlFrame.CopyStart start)
    {
        var state = step.State;
        if (state.Phase == ReceivingPhase.Waiting) return;
        if (state is { CopyTurn: true, CopyEnding: false } && (!state.IsOurs || start.Source?.Answers == state.CopyNumber)) BeginCopy(step, start);
        // It began before the request arrived, which will be answered.
        else if (state is { CopyTurn: true, Phase: ReceivingPhase.Requested }) return;
        else if (state is { Phase: ReceivingPhase.Copying, CopyEnding: false }) step.Close(SessionClose.Resume("a copy began within another"));
        else ReceivingTurns.AskForCopy(step, widenedFrom: start.Source is { IsPartial: true } ? step.Context.Filter : null);
    }

    /// <summary>Stores where the copy begins before any of its rows (rule 21).</summary>
    public static void BeginCopy(ReceivingSteps step, ControlFrame.CopyStart? start)
    {
        var (state, moment) = (step.State, step.Moment);
        var resumed = state.ResumedFrom is { } from && start?.StartTime == from.StartPosition ? from : null;
        var vector = start?.Source?.Vector ?? ImmutableDictionary<NodeName, double>.Empty;
        var impossible = RelayTrust.Impossible(vector, state.Context.Peer, state.Context.Self, moment.Now);
        if (!impossible.IsEmpty)
        {
            vector = vector.RemoveRange(impossible);
            step.Alarm($"{state.Context.Peer} claims to hold changes from the future of {string.Join(", ", impossible)}: it is not believed; compare the clocks, and look at who runs that node");
        }

        var cursor = resumed is not null
            ? resumed with
            {
                Filter = resumed.Filter.And(state.Context.Filter), Source = state.Context.Peer, SourceIncarnation = state.Theirs!.Incarnation, Vector = RequestPlanner.Smaller(resumed.Vector, vector),
                Covers = Both(resumed.Covers, state.Passing.Of(vector.Keys)), Parts = OriginParts.None,
            }
            : new CopyCursor(
                state.Context.Peer, state.Theirs?.Incarnation ?? Guid.Empty, vector, start?.StartTime ?? 0, null, default, 0, 0, moment.Positions.HasHistory)
            {
                // One that begins anew brings what was asked for, also when more is wanted by now.
                Filter = state.Context.Filter.And(state.Copy?.Filter ?? TableFilter.All), Since = state.Since,
                IsPartial = start?.Source is { IsPartial: true }, Only = start?.Source?.Only ?? TableFilter.None, Covers = state.Passing.Of(vector.Keys),
                Parts = state.Passing.PassingParts(moment.Catalog),
            };
        step.State = state with
        {
            Phase = ReceivingPhase.Copying, Copy = cursor, LastCopied = null, ResumedFrom = null, ProgressAt = moment.Now,
            CopyMeasure = CopyMeasure.From(new CopyBeginning(moment.Now, cursor.Rows, cursor.Bytes), start?.Source?.Records),
        };
        if (vector.TryGetValue(state.Context.Self, out var own) && own > PeerMarks.Known(moment.Positions, state.Context.Self))
            step.Apply(new CommitRequest.OwnWritesAhead(own, state.Context.Peer), null);
        step.Apply(new CommitRequest.CopyChunk([], cursor), null);
    }

    private static ImmutableDictionary<NodeName, TableFilter> Both(ImmutableDictionary<NodeName, TableFilter> one, ImmutableDictionary<NodeName, TableFilter> other) =>
        other.Aggregate(one, (both, more) => both.SetItem(more.Key, both.GetValueOrDefault(more.Key, TableFilter.All).And(more.Value)));

    public static void OnCopyComplete(ReceivingSteps step, ControlFrame.CopyComplete complete)
    {
        if (step.State.Phase != ReceivingPhase.Copying || step.State.CopyEnding) return;
        var rest = step.State.IsOurs && complete.Head is { } head && RelayTrust.CanBeKnown(head, step.Moment.Now) ? new CopyRest(step.Context.Peer, head, complete.Vector) : null;
        EndCopy(step, step.State.IsOurs ? null : step.State.Copy!.StartPosition, rest);
    }

    public static void EndCopy(ReceivingSteps step, double? position, CopyRest? rest = null)
    {
        var cursor = step.State.Copy!;
        step.State = step.State with { CopyEnding = true };
        var stated = step.State.IsOurs ? null : ReceivingBlobs.Reached(step, position > 0 ? position : null);
        var issuer = stated ?? (position == 0 ? OriginalClock.PositionAfterCopy(step.State) : null);
        step.Apply(new CommitRequest.CopyComplete(cursor, issuer) { Rest = rest }, step.State.IsOurs ? cursor.StartPosition : stated);
    }

    /// <summary>What was set aside at one of ours, unchanged but for tables that do not pass here; content of blobs comes before what speaks of it.</summary>
    private static void OnHeld(ReceivingSteps step, ReceivedTransaction received, long bytes)
    {
        if (received.Blob is { } piece)
        {
            step.Apply(new CommitRequest.HeldBlob(piece), null, bytes);
            return;
        }

        if (step.State is not { Phase: ReceivingPhase.Copying, CopyEnding: false } || received.Held is not { } held) return;
        var transaction = held.Entry.Transaction;
        var passing = transaction.Changes.RemoveAll(change => !Intake.Passes(step.Context, step.Moment.Catalog, change.Table));
        if (passing.IsEmpty && !transaction.Changes.IsEmpty) return;
        step.State = step.State with { Quarantined = step.State.Quarantined + 1 };
        var request = new CommitRequest.Held(held with { Entry = held.Entry with { Transaction = transaction with { Changes = passing } } }, step.Context.Peer);
        step.Apply(request, null, bytes);
    }

    private static bool IsCopied(ReceivingState state, ReceivedTransaction transaction) =>
        transaction.IsCopy || (!state.IsOurs && state is { Phase: ReceivingPhase.Copying, CopyEnding: false });

    /// <summary>Rows of a copy as one chunk: consecutive messages together, the cursor with them.</summary>
    private static void CopyRows(ReceivingSteps step, List<ReceivedTransaction> rows, long bytes)
    {
        // What still comes of a copy that was stopped, or of one that was not asked for, belongs to no cursor.
        if (step.State is not { Phase: ReceivingPhase.Copying, CopyEnding: false, Copy: { } cursor }) return;
        var context = step.Context;
        var changes = ImmutableArray.CreateBuilder<CopiedChange>(rows.Sum(row => row.Changes.Length));
        var (dropped, setAside) = (0L, 0L);
        (TableName Table, RecordKey Key)? last = step.State.LastCopied, complete = null;
        foreach (var transaction in rows)
        {
            foreach (ref readonly var received in transaction.Changes.AsSpan())
            {
                var at = (received.Change.Table, received.Change.Key);
                if (last != at) complete = last;
                last = at;
                if (received.Kind is ReceivedKind.Stub or ReceivedKind.Ignored or ReceivedKind.Message) continue;
                if (!Intake.Passes(context, step.Moment.Catalog, received.Change.Table))
                {
                    if (LocalTables.IsLocal(context.Database, received.Change.Table)) dropped++;
                    continue;
                }

                // Ours leave whole rows out by themselves; here a row comes as the changes that make it.
                if (!step.State.IsOurs && received.Stamp.Version <= cursor.Since) continue;
                if (received.Kind == ReceivedKind.Change) changes.Add(new CopiedChange(received.Change, received.Stamp));
                else
                {
                    setAside++;
                    var one = transaction with { Stamp = received.Stamp, Changes = [received] };
                    if (ReceivingBlobs.Await(step, one, isCopied: true, 0)) continue;
                    step.Apply(Intake.SetAside(context, one, null, step.State.IsOurs, isCopied: true) with { BlobFiles = ReceivingBlobs.Claim(step, one) }, null);
                }
            }
        }

        // A row may be cut by the end of a message, however few rows a message holds: until the next row is seen, the cursor stays before it.
        if (complete is { } whole) cursor = cursor with { Table = whole.Table, After = whole.Key };
        cursor = cursor with { Rows = cursor.Rows + rows.Sum(row => row.Changes.Length), Bytes = cursor.Bytes + bytes };
        step.State = step.State with
        {
            Copy = cursor, LastCopied = last, CopiedBytes = step.State.CopiedBytes + bytes, Records = step.State.Records + changes.Count, Dropped = step.State.Dropped + dropped,
            Quarantined = step.State.Quarantined + setAside, CopyMeasure = step.State.CopyMeasure?.Seeing(new CopyBeginning(step.Moment.Now, cursor.Rows, cursor.Bytes)),
        };
        step.Apply(new CommitRequest.CopyChunk(changes.DrainToImmutable(), cursor), null, bytes);
    }

    private static void Stream(ReceivingSteps step, ReceivedTransaction transaction, long bytes)
    {
        var (state, context) = (step.State, step.Context);
        var isOurs = state.IsOurs;
        var stated = transaction.Position is > 0 ? transaction.Position : null;
        step.State = state with
        {
            LastReceived = Math.Max(state.LastReceived, stated ?? transaction.Stamp.Version),
            Drained = !isOurs && stated is not null,
        };
        var position = ReceivingBlobs.Reached(step, stated);
        state = step.State;

        if (ReceivingRelay.Refuses(step, transaction))
        {
            // The peer's log goes on all the same.
            if (!isOurs && position is { } after) step.Apply(new CommitRequest.Positions([new PositionUpdate.Cursor(context.Peer, after)]), after, bytes);
            else step.Apply(null, position, bytes);
            return;
        }

        // A bare position of an original.
        if (!isOurs && transaction.Changes.IsEmpty)
        {
            if (position is not { } bare) return;
            var cursor = new PositionUpdate.Cursor(context.Peer, bare);
            step.Apply(new CommitRequest.Positions(ImmutableArray.Create<PositionUpdate>(cursor)), bare, bytes);
            return;
        }

        var intake = Intake.Of(context, step.Moment.Catalog, transaction);
        step.State = state with
        {
            Transactions = state.Transactions + 1,
            Records = state.Records + transaction.Changes.Length,
            Dropped = state.Dropped + intake.Dropped,
            Quarantined = state.Quarantined + (intake.Problem is null ? 0 : 1),
        };
        var issuer = isOurs ? null : position;
        if (intake.Problem is { } problem)
        {
            step.Alarm($"a transaction of {transaction.Stamp.Origin} at {transaction.Stamp.Version:R} cannot be applied and is set aside: {problem}");
            if (!ReceivingBlobs.Await(step, transaction, isCopied: false, bytes))
                step.Apply(Intake.SetAside(context, transaction, issuer, isOurs) with
                {
                    BlobFiles = ReceivingBlobs.Claim(step, transaction), Under = state.Passing.Under(transaction.Stamp.Origin),
                }, position, bytes);
            else if (ReceivingBlobs.Reached(step, stated) is { } reached)
                step.Apply(new CommitRequest.Positions([new PositionUpdate.Cursor(context.Peer, reached)]), reached);
            return;
        }

        // Never a version that somebody has seen already (rule 16).
        if (transaction.Stamp.Origin == context.Self && transaction.Stamp.Version > PeerMarks.Known(step.Moment.Positions, context.Self))
            step.Apply(new CommitRequest.OwnWritesAhead(transaction.Stamp.Version, null) { Claimant = context.Peer }, null);
        step.Apply(new CommitRequest.Remote(intake.Transaction, transaction.Previous, context.Peer, !isOurs, issuer)
        {
            Under = state.Passing.Under(transaction.Stamp.Origin),
        }, position, bytes);
    }

    private static void Failed(ReceivingSteps step, CommitResult.Rejected failure)
    {
        switch (failure.Reason)
        {
            case CommitRejection.Gap:
                step.Close(SessionClose.Resume($"gap: {failure.Message}"));
                break;
            case CommitRejection.Stopping or CommitRejection.StoreFailed:
                step.Close(new SessionClose(ConnectionEndKind.Resume, SessionClose.GoingAway, "the database is stopping"));
                break;
            default:
                step.Alarm($"what {step.Context.Peer} sent was refused: {failure.Message}");
                step.Close(SessionClose.Resume($"refused: {failure.Reason}"));
                break;
        }
    }
}
