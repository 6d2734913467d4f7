using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Schema;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Core.Wire.Data;

namespace Harper.Core.Sessions;

/// <summary>A received transaction as this node takes it: without what must not come in, or to be set aside whole (rules 9, 24; D33).</summary>
/// <param name="Dropped">Records of tables that stay local.</param>
/// <param name="Problem">Why it cannot be applied; null when it can.</param>
public readonly record struct Intake(Transaction Transaction, int Dropped, string? Problem)
{
    public static Intake Of(ReceivingContext context, DatabaseCatalog catalog, ReceivedTransaction received)
    {
        var dropped = 0;
        string? problem = null;
        var plain = true;
        foreach (ref readonly var change in received.Changes.AsSpan())
        {
            if (!Passes(context, catalog, change.Change.Table))
            {
                if (LocalTables.IsLocal(context.Database, change.Change.Table)) dropped++;
                plain = false;
            }
            else if (change.Kind != ReceivedKind.Change)
            {
                plain = false;
                problem ??= ProblemOf(change);
            }
        }

        var changes = ImmutableArray.CreateBuilder<Change>(received.Changes.Length);
        foreach (ref readonly var change in received.Changes.AsSpan())
            if (plain || (change.Kind == ReceivedKind.Change && Passes(context, catalog, change.Change.Table))) changes.Add(change.Change);
        return new Intake(new Transaction(received.Stamp, received.User, changes.DrainToImmutable()), dropped, problem);
    }

    /// <summary>The whole transaction with what could be read of it, its undecodable values as raw bytes.</summary>
    /// <param name="isCopied">It is a row of a copy.</param>
    public static CommitRequest.Quarantine SetAside(ReceivingContext context, ReceivedTransaction received, double? issuerPosition, bool isOurs, bool isCopied = false)
    {
        var kinds = ImmutableArray.CreateBuilder<HeldKind>(received.Changes.Length);
        var canBeTold = true;
        var changes = ImmutableArray.CreateBuilder<Change>(received.Changes.Length);
        string? problem = null;
        foreach (ref readonly var change in received.Changes.AsSpan())
        {
            if (LocalTables.IsLocal(context.Database, change.Change.Table)) continue;
            problem ??= ProblemOf(change);
            canBeTold &= change.Kind != ReceivedKind.Undecodable;
            kinds.Add(KindOf(change.Kind));
            changes.Add(change.Kind is ReceivedKind.Undecodable ? change.Change with { Value = new EncodedRecord(Shape.Empty, change.Raw.ToArray()) } : change.Change);
        }

        var transaction = new Transaction(received.Stamp, received.User, changes.DrainToImmutable());
        return new CommitRequest.Quarantine(transaction, context.Peer, problem ?? "it could not be applied", issuerPosition, null)
        {
            Previous = received.Previous, FromOriginal = !isOurs, Copied = isCopied, Kinds = canBeTold ? kinds.DrainToImmutable() : default,
        };
    }

    private static HeldKind KindOf(ReceivedKind kind) => kind switch
    {
        ReceivedKind.Change => HeldKind.Plain,
        ReceivedKind.Blobs => HeldKind.Blobs,
        ReceivedKind.Invalidate => HeldKind.Invalidate,
        ReceivedKind.Relocate => HeldKind.Relocate,
        _ => HeldKind.None,
    };

    public static bool Passes(ReceivingContext context, DatabaseCatalog catalog, TableName table) =>
        !LocalTables.IsLocal(context.Database, table) && LocalTables.MayPass(catalog, table, context.Filter);

    private static string? ProblemOf(in ReceivedChange change) => change.Kind switch
    {
        ReceivedKind.Undecodable => change.Problem ?? "its value cannot be read",
        ReceivedKind.Blobs => "its value has blobs, which are not kept yet",
        ReceivedKind.Invalidate => "the row lives elsewhere: only its indexed attributes were sent",
        ReceivedKind.Relocate => "the row was moved to other nodes",
        _ => null,
    };
}
