using Harper.Core.Commit;
using Harper.Core.Positions;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>From the open socket to the known peer: names, kind, incarnation, and whether it has more of our own writes than we do (rules 16, 17).</summary>
internal static class ReceivingHandshake
{
    public static void Opened(ReceivingSteps step)
    {
        step.State = step.State with { ProgressAt = step.Moment.Now };
        step.Send(Announce(step.Context, step.Moment));
    }

    public static void OnName(ReceivingSteps step, ControlFrame.PeerName name)
    {
        var context = step.Context;
        if (name.Node == context.Self)
        {
            step.Close(new SessionClose(ConnectionEndKind.ForGood, SessionClose.Policy, "Should not connect to self", Disconnect: true));
            return;
        }

        if (name.Node != context.Peer)
        {
            step.Alarm($"{context.Peer} says that it is {name.Node}: a node must announce the name under which it is listed");
            step.Close(new SessionClose(ConnectionEndKind.ForGood, SessionClose.Policy, "Node name mismatch", Disconnect: true));
            return;
        }

        // A second NODE_NAME on a socket says nothing new.
        if (step.State.Phase != ReceivingPhase.Naming) return;
        var theirs = name.Announcement is { } announced && announced.Capabilities.Contains(WireCapabilities.Vectors) ? announced : null;
        step.State = step.State with
        {
            Theirs = theirs,
            V5 = theirs is null ? name.V5 : null,
            Kind = theirs is not null ? PeerKind.Ours : name.V5 is not null ? PeerKind.Original5 : PeerKind.Original4,
            Phase = ReceivingPhase.Waiting,
            WasEmpty = theirs is null && name.Tables.IsDefaultOrEmpty,
            TheirTables = theirs is not null || name.Tables.IsDefault ? [] : [.. name.Tables.Select(table => table.Table)],
        };
        step.State = step.State with { HandshakeLeft = 0 };
        if (step.State.IsAbsentThere) return;
        if (theirs is not null) Compare(step, theirs);
        step.State = step.State with { HandshakeLeft = step.State.Pending };
        ReceivingTurns.AskTurn(step);
    }

    /// <summary>What either side announces on this socket.</summary>
    private static ControlFrame.PeerName Announce(ReceivingContext context, in SessionMoment moment) => new(
        context.Self, context.Database, SchemaAnnouncement.Of(moment.Catalog, context.Filter, withOptions: false), null,
        new PeerAnnouncement(
            WireCapabilities.All, context.NodeId, moment.Positions.Incarnation, moment.Positions.Head,
            PeerMarks.Of(moment.Positions, context.Peer)));

    private static void Compare(ReceivingSteps step, PeerAnnouncement theirs)
    {
        var (context, positions) = (step.Context, step.Moment.Positions);
        if (!positions.PeerIncarnations.TryGetValue(context.Peer, out var known))
        {
            // With a start time the first copy makes it known: until then it is the first.
            if (context.StartTime is not null) return;
            var first = new PositionUpdate.PeerIncarnation(context.Peer, theirs.Incarnation);
            step.Apply(new CommitRequest.Positions([first]), null);
        }
        else if (known != theirs.Incarnation && known != Guid.Empty)
        {
            step.Alarm($"the database of {context.Peer} was made anew or set back: it is merged again");
        }

        if (RelayTrust.IsContradicted(positions, context.Peer, theirs.Head, step.Moment.Now))
        {
            step.Alarm($"{context.Peer} has written up to {theirs.Head:R}, and this node was made to believe in changes of it from the future: all of it is fetched again");
            var doubted = new PositionUpdate.Doubted(context.Peer, theirs.Head);
            step.Apply(new CommitRequest.Positions([doubted]), null);
            step.State = step.State with { CopyWanted = true };
        }

        if (theirs.Through is not { } seen) return;
        var own = positions.Through.GetValueOrDefault(context.Self);
        if (seen > own)
        {
            // Power loss without syncing, or an old disk was put back: the peer holds writes of ours that are gone here.
            step.Alarm($"{context.Peer} has writes of this node up to {seen:R}, the newest here is {own:R}: they are fetched back");
            step.State = step.State with { CopyWanted = true };
        }

        // Also when newer ones were made here: the log says whether it has that very one.
        step.Apply(new CommitRequest.OwnWritesAhead(seen, context.Peer), null);
    }
}
