using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Harper.Core.Records;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>Writes of a client of this node: decides against the rows whether and as what each is written, and gives the transaction its version.</summary>
internal static class LocalResolution
{
    private const int SlotBytes = 9;

    public static CommitResult Resolve(CommitGroup group, CommitRequest.Local request)
    {
        if (Refuse(group, request) is { } refusal) return refusal;
        var transaction = group.BeginTransaction();
        var stamp = new Stamp(group.NextVersion, group.State.Self);
        var done = ImmutableArray.CreateBuilder<bool>(request.Writes.Length);
        var changes = new TransactionChanges(group, transaction);
        foreach (ref readonly var write in request.Writes.AsSpan())
        {
            var table = group.State.Tables[write.Table];
            var row = group.Find(table, write.Key);
            var exists = changes.Exists(row) ?? row.IsVisible(group.Now);
            var kind = Kind(write.Mode, exists);
            done.Add(kind is not null);
            if (kind is not { } chosen) continue;
            var value = chosen == ChangeKind.Delete ? EncodedRecord.Empty : FillSlots(write, chosen, stamp.Version, row.Current);
            changes.Add(row, new Change(write.Table, write.Key, chosen, value, write.ExpiresAt, Operation(write.Mode)));
        }

        if (changes.Count == 0) return new CommitResult.Written(default, done.MoveToImmutable(), []);
        var added = DynamicAttributes.Add(group, changes);
        var logged = changes.ApplyAll(stamp, out _);
        if (TooLargeRow(group, changes) is { } grown) return grown;
        group.Log(stamp, group.Positions.Through.GetValueOrDefault(stamp.Origin), request.User, logged);
        group.Positions = group.Positions with { Through = group.Positions.Through.SetItem(stamp.Origin, stamp.Version), HasHistory = true };
        return new CommitResult.Written(stamp, done.MoveToImmutable(), added);
    }

    private static CommitResult.Rejected? Refuse(CommitGroup group, CommitRequest.Local request)
    {
        var settings = group.State.Settings;
        if (request.Writes.Length > settings.MaxRecordsPerTransaction)
            return new(CommitRejection.TooLarge, $"A transaction may hold {settings.MaxRecordsPerTransaction} records, this one has {request.Writes.Length}");
        var bytes = 0L;
        foreach (ref readonly var write in request.Writes.AsSpan())
        {
            if (!group.State.Tables.ContainsKey(write.Table))
                return new(CommitRejection.NoSuchTable, $"Table '{write.Table}' does not exist in database '{group.State.Name}'");
            bytes += write.Key.Length + write.Value.Values.Length;
        }

        return bytes <= settings.MaxTransactionBytes ? null
            : new(CommitRejection.TooLarge, $"A transaction may hold {settings.MaxTransactionBytes} bytes, this one has {bytes}");
    }

    /// <summary>A row travels whole in a copy: it may not grow beyond what a transaction may hold, patch by patch.</summary>
    private static CommitResult.Rejected? TooLargeRow(CommitGroup group, TransactionChanges changes)
    {
        var most = group.State.Settings.MaxTransactionBytes;
        for (var i = 0; i < changes.Count; i++)
            if (changes[i].Kind == ChangeKind.Patch && changes.Row(i)?.Current is { } row && row.Value.Values.Length > most)
                return new(CommitRejection.TooLarge, $"The record would have {row.Value.Values.Length} bytes; at most {most} are possible");
        return null;
    }

    private static ChangeKind? Kind(WriteMode mode, bool exists) => mode switch
    {
        WriteMode.Insert => exists ? null : ChangeKind.Put,
        WriteMode.Update => exists ? ChangeKind.Patch : null,
        WriteMode.Upsert => exists ? ChangeKind.Patch : ChangeKind.Put,
        WriteMode.Put => ChangeKind.Put,
        WriteMode.Patch => ChangeKind.Patch,
        WriteMode.Delete => exists ? ChangeKind.Delete : null,
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "no such write mode"),
    };

    private static OriginatingOperation Operation(WriteMode mode) => mode switch
    {
        WriteMode.Insert => OriginatingOperation.Insert,
        WriteMode.Update => OriginatingOperation.Update,
        WriteMode.Upsert => OriginatingOperation.Upsert,
        _ => OriginatingOperation.None,
    };

    /// <summary>Writes the times into their places (rule 7). A patch does not carry when the record was created; a put over a record keeps it.</summary>
    private static EncodedRecord FillSlots(in LocalWrite write, ChangeKind kind, double version, Row? before)
    {
        var value = write.Value;
        if (write.Slots == TimeSlots.None) return value;
        var end = value.Values.Length;
        if ((write.Slots & TimeSlots.Created) != 0)
        {
            if (kind == ChangeKind.Patch)
            {
                value = new EncodedRecord(value.Shape.WithoutLast, value.Values[..(end - SlotBytes)]);
                end -= SlotBytes;
            }
            else
            {
                Fill(value.Values[(end - SlotBytes)..end], CreatedBefore(before, value.Shape) ?? version);
                if ((write.Slots & TimeSlots.Updated) != 0) Fill(value.Values.Slice(end - 2 * SlotBytes, SlotBytes), version);
                return value;
            }
        }

        if ((write.Slots & TimeSlots.Updated) != 0) Fill(value.Values[(end - SlotBytes)..end], version);
        return value;
    }

    private static double? CreatedBefore(Row? before, Shape shape)
    {
        if (before is not { Exists: true } || !RecordReader.TryFind(before.Value, shape.Names[^1], out var created)) return null;
        var reader = new ValueReader(created);
        return reader.Kind == ValueKind.Number ? reader.ReadNumber() : null;
    }

    private static void Fill(ReadOnlyMemory<byte> slot, double version)
    {
        // The request hands its bytes over with the write; nobody else reads them.
        var target = MemoryMarshal.AsMemory(slot).Span;
        target[0] = 0xcb;
        BinaryPrimitives.WriteDoubleBigEndian(target[1..], version);
    }
}
