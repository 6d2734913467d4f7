using Harper.Core.Commit;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>Control messages of a subscriber.</summary>
internal static class SendingFrames
{
    public static void On(SendingSteps step, ControlFrame frame)
    {
        switch (frame)
        {
            case ControlFrame.PeerName name: OnName(step, name); break;
            case ControlFrame.SubscriptionRequest request: SendingTurns.OnRequest(step, request); break;
            case ControlFrame.SubscriptionUpdate update: OnUpdate(step, update); break;
            case ControlFrame.CommittedUpdate committed: OnConfirmed(step, committed.Position); break;
            case ControlFrame.ByteCredit credit: step.Add(new SendingEffect.Credit(credit.UpTo)); break;
            case ControlFrame.OperationRequest operation: step.Add(new SendingEffect.RunOperation(operation)); break;
            case ControlFrame.GetRecord get:
                step.Send(new ControlFrame.GetRecordResponse(get.RequestId, Error: "This node serves no single records"));
                break;
            case ControlFrame.Disconnect:
                step.Close(new SessionClose(ConnectionEndKind.ForGood, 1000, "the peer said DISCONNECT"));
                break;
        }
    }

    private static void OnName(SendingSteps step, ControlFrame.PeerName name)
    {
        if (step.State.Phase != SendingPhase.Naming) return;
        var context = step.Context;
        if (name.Node == context.Self)
        {
            step.Close(new SessionClose(ConnectionEndKind.ForGood, SessionClose.Policy, "Should not connect to self", Disconnect: true));
            return;
        }

        if (!context.IsReplicated)
        {
            step.Close(new SessionClose(ConnectionEndKind.Refused, SessionClose.Policy, $"Access to database \"{context.Database}\" is not permitted"));
            return;
        }

        var theirs = name.Announcement is { } announced && announced.Capabilities.Contains(WireCapabilities.Vectors) ? announced : null;
        step.State = step.State with
        {
            Phase = SendingPhase.Idle,
            Named = name.Node,
            Incarnation = step.Moment?.Positions.Incarnation ?? Guid.Empty,
            Theirs = theirs,
            Kind = theirs is not null ? PeerKind.Ours : name.V5 is not null ? PeerKind.Original5 : PeerKind.Original4,
            Confirmed = step.Moment?.Positions.Confirmed.TryGetValue(name.Node, out var confirmed) == true ? confirmed : null,
            ConfirmedStored = step.Moment?.Positions.Confirmed.TryGetValue(name.Node, out var stored) == true ? stored : null,
        };
        step.Send(new ControlFrame.PeerName(
            context.Self, context.Database,
            step.Moment is { } here ? SchemaAnnouncement.Of(here.Catalog, context.Filter, withOptions: false) : [],
            // v5 waits for the echo of its request's id where it is promised; 4.7 ignores the element.
            new V5Capabilities(SubscriptionSetupAck: true, null),
            // A database that is not here has no incarnation: the dialler then asks for nothing and waits until it appears.
            step.Moment is { } known
                ? new PeerAnnouncement(
                    WireCapabilities.All, context.NodeId, known.Positions.Incarnation, known.Positions.Head,
                    PeerMarks.Of(known.Positions, name.Node))
                : new PeerAnnouncement(WireCapabilities.All, context.NodeId, Guid.Empty, 0)));
        if (context.Database.IsSystem) step.Add(new SendingEffect.AnnounceDatabases(null));

        // Said before it copies from here: afterwards it has newer own changes from here, and says no more that there were others (rule 16).
        if (theirs?.Through is { } seen && step.Moment is not null) SendingTurns.Ask(step, seen);
    }

    /// <summary>v5 edits its exclusions without asking anew; time bounds stay those of the request.</summary>
    private static void OnUpdate(SendingSteps step, ControlFrame.SubscriptionUpdate update)
    {
        if (step.State.Request is not { } request || request.ExcludedNodes.IsDefault) return;
        var excluded = request.ExcludedNodes.Concat(update.ExcludeNodes).Except(update.IncludeNodes).Distinct();
        step.State = step.State with { Request = request with { ExcludedNodes = [.. excluded] } };
        SendingTurns.FollowExclusions(step);
    }

    private static void OnConfirmed(SendingSteps step, double position)
    {
        if (!double.IsFinite(position) || step.State.IsRelay) return;
        if (step.State is { Phase: SendingPhase.Streaming or SendingPhase.Confirming, Giving: { } giving } && position >= giving.Position)
        {
            step.State = step.State with { Giving = null, Narrowed = TableFilter.All };
            step.Remember(new PositionUpdate.Given(step.State.Named, giving.Filter));
            if (step.State.Phase == SendingPhase.Confirming)
            {
                step.Close(SessionClose.Resume(SendingTurns.Copied));
                return;
            }
        }

        // 1 is before everything: that it listens is all that it says.
        if (position <= Math.Max(1, step.State.Confirmed ?? 0)) return;

        // Never above what is here: a mark that is too high would let go of what the peer still needs.
        if (step.Moment is { } here && position > here.Positions.Head) position = here.Positions.Head;
        step.State = step.State with { Confirmed = position, ConfirmedAt = step.Now };
    }
}
