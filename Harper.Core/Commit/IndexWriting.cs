using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Harper.Core.Records;
using Harper.Core.Storage;
using Harper.Core.Storage.Layout;
using Harper.Core.Values;

namespace Harper.Core.Commit;

/// <summary>
/// The index entries of a commit group: gathered from what each row was and will be, then written in key order as the last of the batch, where the
/// store inserts each next to the one before (a third less CPU than in any other order).
/// </summary>
internal sealed class IndexWriting
{
    private readonly ByteBuilder _keys = new(64 << 10);
    private readonly ByteBuilder _value = new(256);
    private readonly List<(int Start, int Length)> _found = [];
    private readonly List<Entry> _entries = [];
    private readonly HashSet<ReadOnlyMemory<byte>> _before = new(KeyBytes.Instance);

    /// <summary>Adds what changes between two forms of a row. Null: there is none.</summary>
    public void Add(PendingRow row)
    {
        var before = row.Stored is { } stored ? Visible(stored) : default;
        var after = row.Current is { } current ? Visible(current) : default;
        if (before is null) Add(row, after, isDelete: false);
        else if (after is null) Add(row, before, isDelete: true);
        else AddDifference(row, before.Value, after.Value);
        AddTimed(row);
    }

    /// <summary>Adds the entries of one attribute of one record: for building an index.</summary>
    public void Add(int table, int attribute, ReadOnlySpan<byte> primaryKey, ReadOnlySpan<byte> value)
    {
        try
        {
            IndexKeys.Collect(value, _value, _found);
        }
        catch (ValueFormatException)
        {
            // A value that cannot be read has no place in an order; the row stays as it is, and both forms of it agree on this.
            return;
        }

        foreach (var (start, length) in _found)
        {
            var from = _keys.Length;
            StoreKeys.IndexStart(_keys, table, attribute);
            IndexKeys.Escape(_keys, IndexKeys.Cut(_value.Slice(start, length)));
            _keys.UInt16(0).Bytes(primaryKey);
            _entries.Add(Entry.Of(_keys, from, false));
        }
    }

    public void WriteTo(IStoreBatch batch)
    {
        CollectionsMarshal.AsSpan(_entries).Sort(new ByKey(_keys));
        foreach (var entry in _entries)
        {
            if (entry.IsDelete) batch.Delete(Family.Index, _keys.Slice(entry.Start, entry.Length));
            else batch.Put(Family.Index, _keys.Slice(entry.Start, entry.Length), default);
        }

        _entries.Clear();
        _keys.Clear();
    }

    /// <summary>The record that searches see; expired rows keep their entries until they are evicted.</summary>
    public static EncodedRecord? Visible(Row row) => row.Exists ? Counter.Visible(row) : null;

    private void Add(PendingRow row, EncodedRecord? record, bool isDelete)
    {
        if (record is not { } present) return;
        var plan = row.Table.Plan(present.Shape);
        var first = _entries.Count;
        var rest = present.Values.Span;
        for (var i = 0; i <= plan.LastIndexed; i++)
        {
            var length = ValueLength.Of(rest);
            if (plan.IndexIds[i] != 0) Add(row.Table.Id, plan.IndexIds[i], row.Key.Span, rest[..length]);
            rest = rest[length..];
        }

        if (!isDelete) return;
        for (var i = first; i < _entries.Count; i++) _entries[i] = _entries[i] with { IsDelete = true };
    }

    /// <summary>Entries that both forms have are left alone: a change of one attribute costs one index.</summary>
    private void AddDifference(PendingRow row, EncodedRecord before, EncodedRecord after)
    {
        var first = _entries.Count;
        Add(row, before, isDelete: true);
        var between = _entries.Count;
        Add(row, after, isDelete: false);
        if (between == first || _entries.Count == between) return;

        _before.Clear();
        for (var i = first; i < between; i++) _before.Add(Key(_entries[i]));
        var kept = between;
        for (var i = between; i < _entries.Count; i++)
            if (!_before.Remove(Key(_entries[i])))
                _entries[kept++] = _entries[i];
        _entries.RemoveRange(kept, _entries.Count - kept);

        // What is left in the set is gone from the row; the rest of the deletes cancel out.
        var write = first;
        for (var i = first; i < _entries.Count; i++)
            if (!_entries[i].IsDelete || _before.Contains(Key(_entries[i])))
                _entries[write++] = _entries[i];
        _entries.RemoveRange(write, _entries.Count - write);
    }

    private void AddTimed(PendingRow row)
    {
        Move(row, StoreKeys.SettleAttribute, row.Stored is { } s ? SettleTime(s) : null, row.Current is { } c ? SettleTime(c) : null);
        Move(row, StoreKeys.ExpiryAttribute, ExpiryTime(row.Stored), ExpiryTime(row.Current));
    }

    private void Move(PendingRow row, ushort attribute, double? before, double? after)
    {
        if (before == after) return;
        if (before is { } gone) AddTimed(row, attribute, gone, true);
        if (after is { } next) AddTimed(row, attribute, next, false);
    }

    private void AddTimed(PendingRow row, ushort attribute, double time, bool isDelete)
    {
        var from = _keys.Length;
        StoreKeys.Timed(_keys, row.Table.Id, attribute, time, row.Key.Span);
        _entries.Add(Entry.Of(_keys, from, isDelete));
    }

    /// <summary>From which confirmed version on there is something to settle: a tombstone to remove, or the oldest add to fold.</summary>
    private static double? SettleTime(Row row)
    {
        if (!row.Exists) return row.Latest.Version;
        if (row.Adds.IsEmpty) return null;
        var oldest = double.PositiveInfinity;
        foreach (var add in row.Adds) oldest = Math.Min(oldest, add.Stamp.Version);
        return oldest;
    }

    private static double? ExpiryTime(Row? row) => row is { Exists: true } ? row.ExpiresAt : null;

    private ReadOnlyMemory<byte> Key(in Entry entry) => _keys.WrittenMemory.Slice(entry.Start, entry.Length);

    /// <param name="Head">The key's bytes behind the table id, as far as they fit: attribute and fourteen bytes of value, with which nearly every
    /// comparison ends.</param>
    private readonly record struct Entry(UInt128 Head, uint Table, int Start, int Length, bool IsDelete)
    {
        private const int HeadBytes = 16;

        public static Entry Of(ByteBuilder keys, int start, bool isDelete)
        {
            var key = keys.Written[start..];
            var rest = key[StoreKeys.TablePrefix..];
            return new Entry(
                rest.Length >= HeadBytes ? BinaryPrimitives.ReadUInt128BigEndian(rest) : Padded(rest), BinaryPrimitives.ReadUInt32BigEndian(key), start, key.Length, isDelete);
        }

        private static UInt128 Padded(ReadOnlySpan<byte> bytes)
        {
            Span<byte> head = stackalloc byte[HeadBytes];
            head.Clear();
            bytes.CopyTo(head);
            return BinaryPrimitives.ReadUInt128BigEndian(head);
        }
    }

    private readonly struct ByKey(ByteBuilder keys) : IComparer<Entry>
    {
        public int Compare(Entry left, Entry right)
        {
            if (left.Table != right.Table) return left.Table < right.Table ? -1 : 1;
            if (left.Head != right.Head) return left.Head < right.Head ? -1 : 1;
            return keys.Slice(left.Start, left.Length).SequenceCompareTo(keys.Slice(right.Start, right.Length));
        }
    }

    private sealed class KeyBytes : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public static readonly KeyBytes Instance = new();

        public bool Equals(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => left.Span.SequenceEqual(right.Span);

        public int GetHashCode(ReadOnlyMemory<byte> key)
        {
            var hash = new HashCode();
            hash.AddBytes(key.Span);
            return hash.ToHashCode();
        }
    }
}
