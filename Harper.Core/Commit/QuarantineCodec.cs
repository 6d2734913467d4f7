using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;

namespace Harper.Core.Commit;

/// <summary>A transaction set aside, as it is stored: everything by name, so that it can be read whatever becomes of tables and shapes.</summary>
/// <param name="Previous">What the log will say when it is released; NaN when its origin's changes came without a promise of completeness.</param>
/// <param name="Copied">A row of a copy: merged without being logged.</param>
internal sealed record StoredQuarantine(QuarantinedTransaction Entry, double Previous, bool Copied);

internal static class QuarantineCodec
{
    private static readonly ChangeKind[] Kinds = Enum.GetValues<ChangeKind>();

    private const byte Format = 1;

    /// <summary>By version, so that the family is in the order of release; then origin, and the row of a copy.</summary>
    public static void WriteKey(ByteBuilder to, Stamp stamp, OriginTable origins, RecordKey? copiedRow)
    {
        to.Double(Math.Abs(stamp.Version)).UInt32((uint)origins.Id(stamp.Origin));
        if (copiedRow is { } row) to.Bytes(row.Span);
    }

    public static void Write(ByteBuilder to, StoredQuarantine stored)
    {
        var entry = stored.Entry;
        to.Byte(Format).Byte(stored.Copied ? (byte)1 : (byte)0).Double(stored.Previous).Double(entry.At).Double(entry.ReleaseAt ?? double.PositiveInfinity);
        to.Text(entry.Via.Value).Text(entry.Reason);
        var transaction = entry.Transaction;
        to.Text(transaction.Stamp.Origin.Value).Double(transaction.Stamp.Version).Text(transaction.User).Number(transaction.Changes.Length);
        foreach (ref readonly var change in transaction.Changes.AsSpan())
        {
            to.Text(change.Table.Value).Byte((byte)change.Kind).Byte((byte)change.Operation).Double(change.ExpiresAt ?? double.NaN);
            to.Number(change.Key.Length).Bytes(change.Key.Span);
            LogEntryCodec.WriteShape(to, change.Value.Shape, null);
            to.Number(change.Value.Values.Length).Bytes(change.Value.Values.Span);
        }
    }

    /// <summary>When it may be released; infinity: by hand only.</summary>
    public static double ReadReleaseAt(ReadOnlySpan<byte> stored)
    {
        var parser = new ByteParser(stored);
        parser.Bytes(18);
        return parser.Double();
    }

    public static StoredQuarantine Read(ReadOnlySpan<byte> stored)
    {
        var parser = new ByteParser(stored);
        if (parser.Byte() != Format) throw new StoreException(StoreFault.UnknownFormat, "the quarantine holds an entry of a later version of this program");
        var copied = parser.Byte() != 0;
        var previous = parser.Double();
        var at = parser.Double();
        var releaseAt = parser.Double();
        var via = new NodeName(parser.Name());
        var reason = parser.Name();
        var origin = new NodeName(parser.Name());
        var version = parser.Double();
        var user = parser.Text();
        var count = parser.Count();
        var changes = ImmutableArray.CreateBuilder<Change>(count);
        for (var i = 0; i < count; i++) changes.Add(ReadChange(ref parser));
        var transaction = new Transaction(new Stamp(version, origin), user, changes.MoveToImmutable());
        return new StoredQuarantine(
            new QuarantinedTransaction(transaction, via, reason, at, double.IsPositiveInfinity(releaseAt) ? null : releaseAt), previous, copied);
    }

    private static Change ReadChange(ref ByteParser parser)
    {
        var table = new TableName(parser.Name());
        var kind = (ChangeKind)parser.Byte();
        if (!Kinds.Contains(kind)) throw new StoreException(StoreFault.Corrupt, "the quarantine holds a change of no known kind");
        var operation = (OriginatingOperation)parser.Byte();
        var expires = parser.Double();
        var key = new RecordKey(parser.Bytes(parser.Number()).ToArray());
        var shape = LogEntryCodec.ReadShape(ref parser, null);
        var values = parser.Bytes(parser.Number()).ToArray();
        return new Change(table, key, kind, new Values.EncodedRecord(shape, values), double.IsNaN(expires) ? null : expires, operation);
    }
}
