using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Positions;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>Control messages of a source.</summary>
internal static class ReceivingFrames
{
    public static void On(ReceivingSteps step, ControlFrame frame)
    {
        step.State = step.State with { LastReceivedAt = step.Moment.Now };
        switch (frame)
        {
            case ControlFrame.PeerName name: ReceivingHandshake.OnName(step, name); break;
            case ControlFrame.DbSchema schema: OnSchema(step, schema); break;
            case ControlFrame.TableFixedStructure table: OnTable(step, table); break;
            case ControlFrame.NodeNameToIdMap map: OnMap(step, map); break;
            case ControlFrame.SequenceIdUpdate update: OnPosition(step, update.Position); break;
            case ControlFrame.BlobChunk chunk: ReceivingBlobs.OnChunk(step, chunk); break;
            case ControlFrame.CopyStart start: ReceivingData.OnCopyStart(step, start); break;
            case ControlFrame.CopyComplete complete: ReceivingData.OnCopyComplete(step, complete); break;
            case ControlFrame.OperationRequest request: step.Add(new ReceivingEffect.RunOperation(request)); break;
            case ControlFrame.OperationResponse answer: OriginalClock.OnAnswer(step, answer); break;
            case ControlFrame.Disconnect:
                step.Close(new SessionClose(ConnectionEndKind.ForGood, 1000, "the peer said DISCONNECT"));
                break;
        }
    }

    private static void OnSchema(ReceivingSteps step, ControlFrame.DbSchema schema)
    {
        if (!step.State.AwaitedSetup.IsEmpty && schema.SetupRequestId.Span.SequenceEqual(step.State.AwaitedSetup.Span))
            step.State = step.State with { AwaitedSetup = default };
        Answered(step);
        if (schema.Database != step.Context.Database)
        {
            // Only the control plane speaks of other databases: this is how new ones spread (W 3.5).
            if (step.Context.Database.IsSystem) step.Add(new ReceivingEffect.EnsureElsewhere(schema.Database, schema.Tables));
            return;
        }

        if (!step.State.IsOurs && !schema.Tables.IsDefaultOrEmpty) step.State = step.State with { TheirTables = step.State.TheirTables.Union(schema.Tables.Select(table => table.Table)) };
        Ensure(step, schema.Tables);

        // Seen on 4.7: a socket that was opened before the database came to be sends nothing of what was written until it asked. The next socket does.
        if (step.State is { WasEmpty: true, Kind: PeerKind.Original4 } && !schema.Tables.IsDefaultOrEmpty && !step.Moment.Positions.Cursors.ContainsKey(step.Context.Peer))
            step.Close(SessionClose.Resume("the database came to be after the socket"));
    }

    private static void OnTable(ReceivingSteps step, ControlFrame.TableFixedStructure table)
    {
        if (table.Attributes.IsDefault) return;
        Ensure(step, [new AnnouncedTable(table.Table, table.SchemaDefined, table.Attributes)]);
    }

    /// <summary>In the same queue as the rows that need it.</summary>
    private static void Ensure(ReceivingSteps step, IEnumerable<AnnouncedTable> tables)
    {
        var wanted = tables.Where(table => LocalTables.MayPass(step.Moment.Catalog, table.Table, step.Context.Filter));
        var edits = SchemaAnnouncement.Edits(step.Moment.Catalog, step.Context.Database, wanted);
        if (!edits.IsEmpty) step.Apply(new CommitRequest.Schema(edits), null);
    }

    private static void OnMap(ReceivingSteps step, ControlFrame.NodeNameToIdMap map)
    {
        Answered(step);
        RelayedOrigins.OnMap(step, map);
        if (step.State.IsOurs) CoveredOrigins.OnMap(step, map);
    }

    private static void OnPosition(ReceivingSteps step, double position)
    {
        step.State = step.State with { LastReceived = Math.Max(step.State.LastReceived, position), LastWasRecord = false, Drained = true };
        if (step.State.IsOurs)
        {
            // Between ours nothing is kept of it; it is confirmed once all before it is durable.
            step.Apply(null, position);
            return;
        }

        if (step.State is { Phase: ReceivingPhase.Copying, Kind: PeerKind.Original4, CopyEnding: false })
        {
            ReceivingData.EndCopy(step, position);
            return;
        }

        if (position <= 0 || step.State is { Phase: ReceivingPhase.Copying, CopyEnding: false }) return;
        var cursor = new PositionUpdate.Cursor(step.Context.Peer, position);
        if (ReceivingBlobs.Reached(step, position) is { } reached) step.Apply(new CommitRequest.Positions(ImmutableArray.Create<PositionUpdate>(cursor)), reached);
    }

    /// <summary>145 or 141 answers a request: the source streams. A copy begins with its marker.</summary>
    private static void Answered(ReceivingSteps step)
    {
        if (step.State.Phase != ReceivingPhase.Requested || step.State.CopyTurn || !step.State.AwaitedSetup.IsEmpty) return;
        step.State = step.State with
        {
            Phase = ReceivingPhase.Streaming, ProgressAt = step.Moment.Now, OwnWritesAskedAt = step.State.OwnWritesAskedAt is null ? null : step.Moment.Now,
        };
        ReceivingTurns.FollowDirect(step);
    }
}
