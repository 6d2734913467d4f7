using System.Collections.Immutable;
using System.Globalization;
using Harper.Core.Commit;
using Harper.Core.Transactions;
using Harper.Core.Wire.Data;

namespace Harper.Core.Operations.Writes;

/// <summary>The writes of one transaction as they are read, within its bounds (architecture 9): what is too much is refused before it is all in memory.</summary>
public sealed class WriteList(int maxRecords, long maxBytes)
{
    private readonly ImmutableArray<LocalWrite>.Builder _writes = ImmutableArray.CreateBuilder<LocalWrite>();

    public int Count => _writes.Count;

    public long Bytes { get; private set; }

    private long _onTheWire;

    public LocalWrite this[int index] => _writes[index];

    public void Add(in LocalWrite write)
    {
        Bytes += write.Key.Length + write.Value.Values.Length;
        _onTheWire += MessageBounds.AtMost(write.Key, write.Value);
        if (_writes.Count >= maxRecords) throw TooLarge($"{maxRecords.ToString("N0", CultureInfo.InvariantCulture)} records");
        if (Bytes > maxBytes) throw TooLarge($"{maxBytes >> 20} MiB of encoded records");
        if (_onTheWire > MessageBounds.MaxMessageBytes) throw TooLarge($"{MessageBounds.MaxMessageBytes / 1_000_000} MB with the names of its attributes");
        _writes.Add(write);
    }

    public CommitRequest.Local ToRequest(string? user) => new(_writes.ToImmutable(), user) { Bytes = Bytes };

    private static OperationError TooLarge(string bound) =>
        new(413, $"A transaction holds at most {bound}: send the records in several requests, or load them as CSV");
}
