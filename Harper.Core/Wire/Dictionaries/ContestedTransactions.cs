using Harper.Core.TransactionLog;
using Harper.Core.Transactions;

namespace Harper.Core.Wire.Dictionaries;

/// <summary>
/// Which transactions an original may lose. It writes one of less than a hundred records under a condition for each, that the record is still the one it saw, and looks at the first
/// condition only: where another has changed meanwhile, by the transaction before or by its own clients, nothing of it is written, and nobody hears of it. A record that comes by
/// itself has one condition, and is tried until that holds.
/// </summary>
/// <remarks>Not safe for two threads at once.</remarks>
public sealed class ContestedTransactions
{
    /// <summary>From so many records on an original sets no conditions.</summary>
    public const int Unconditioned = 100;

    /// <summary>More than it takes in before it waits for its disk: 150, and what one read of its socket brings.</summary>
    private const int UnderWay = 2_048;

    /// <summary>How long a record counts as written by others, in milliseconds, and up to twice that.</summary>
    private const long TakenMs = 10_000;

    private readonly RecentKeys _sent = new();
    private readonly RecentKeys _taken = new();
    private int _count;
    private long _turnedAt;
    private long? _copiedAt;
    private bool _copies;

    /// <summary>A transaction goes to the original. True: a record in it is one that it may be writing.</summary>
    public bool Sends(LoggedTransaction transaction)
    {
        var isContested = transaction.Changes.Count(static change => change.IsApplied) is > 1 and < Unconditioned && (_sent.HasOneOf(transaction) || _taken.HasOneOf(transaction));
        _sent.Add(transaction);
        Count();
        return isContested;
    }

    /// <summary>A row of a copy goes to the original, which confirms none of them by itself.</summary>
    public void SendsCopied(in Change change)
    {
        _sent.Add(change);
        _copies = true;
        Count();
    }

    /// <summary>A transaction that others wrote, the original itself among them.</summary>
    public void Taken(LoggedTransaction transaction) => _taken.Add(transaction);

    /// <summary>To be called before each stretch.</summary>
    /// <param name="settled">Everything sent is confirmed.</param>
    /// <param name="now">Milliseconds of any clock.</param>
    public void Passes(bool settled, long now)
    {
        if (_copies) (_copies, _copiedAt) = (false, now);
        if (settled && _count > 0 && !(now - _copiedAt < TakenMs))
        {
            _sent.Turn();
            _sent.Turn();
            _count = 0;
        }

        if (now - _turnedAt < TakenMs) return;
        if (now - _turnedAt >= 2 * TakenMs) _taken.Turn();
        _taken.Turn();
        _turnedAt = now;
    }

    private void Count()
    {
        if (++_count % UnderWay == 0) _sent.Turn();
    }
}
