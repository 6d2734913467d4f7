using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using Harper.Core.Commit;
using Harper.Core.Transactions;
using Harper.Core.Wire.Data;

namespace Harper.Core.Operations.Writes;

/// <summary>
/// The writes of one transaction as they are read, within its bounds (architecture 9): what is too much is refused before it is all in memory. While it grows it
/// borrows its array, so that a request leaves one behind, of its very length.
/// </summary>
public sealed class WriteList(int maxRecords, long maxBytes)
{
    private LocalWrite[] _growing = [];
    private ImmutableArray<LocalWrite> _writes;
    private long _onTheWire;

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public LocalWrite this[int index] => _writes.IsDefault ? _growing[index] : _writes[index];

    public void Add(in LocalWrite write)
    {
        Bytes += write.Key.Length + write.Value.Values.Length;
        _onTheWire += MessageBounds.AtMost(write.Key, write.Value);
        if (Count >= maxRecords) throw TooLarge($"{maxRecords.ToString("N0", CultureInfo.InvariantCulture)} records");
        if (Bytes > maxBytes) throw TooLarge($"{maxBytes >> 20} MiB of encoded records");
        if (_onTheWire > MessageBounds.MaxMessageBytes) throw TooLarge($"{MessageBounds.MaxMessageBytes / 1_000_000} MB with the names of its attributes");
        if (Count == _growing.Length) Grow();
        _growing[Count++] = write;
    }

    /// <summary>Nothing can be added any more.</summary>
    public CommitRequest.Local ToRequest(string? user)
    {
        if (_writes.IsDefault)
        {
            _writes = ImmutableArray.Create(_growing.AsSpan(0, Count));
            GiveBack(_growing, Count);
            _growing = [];
        }

        return new CommitRequest.Local(_writes, user) { Bytes = Bytes };
    }

    private void Grow()
    {
        var larger = ArrayPool<LocalWrite>.Shared.Rent(Math.Max(16, Count * 2));
        _growing.AsSpan(0, Count).CopyTo(larger);
        GiveBack(_growing, Count);
        _growing = larger;
    }

    /// <summary>What an array in the pool still refers to would live as long as the pool.</summary>
    private static void GiveBack(LocalWrite[] array, int used)
    {
        if (array.Length == 0) return;
        array.AsSpan(0, used).Clear();
        ArrayPool<LocalWrite>.Shared.Return(array);
    }

    private static OperationError TooLarge(string bound) =>
        new(413, $"A transaction holds at most {bound}: send the records in several requests, or load them as CSV");
}
