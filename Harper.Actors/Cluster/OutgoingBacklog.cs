using Harper.Actors.Databases;
using Harper.Core.Identity;

namespace Harper.Actors.Cluster;

/// <summary>How much of a log one peer has not confirmed.</summary>
internal readonly record struct Backlog(double LagMs, long Transactions, long Bytes);

/// <summary>
/// What waits here for a peer that is away, from the position that it confirmed last. Reads at most a bounded stretch of the log per question;
/// beyond it, the figures are what was counted so far ("at least").
/// </summary>
internal sealed class OutgoingBacklog
{
    private const int MostBytes = 2 * 1024 * 1024;
    private const int StretchBytes = 256 * 1024;

    /// <summary>Null when the peer never confirmed anything: what it lacks is not known.</summary>
    /// <param name="heard">What it confirmed last while it was connected; it is stored a little later.</param>
    public Backlog? Of(IDatabaseHandle database, NodeName peer, double? heard)
    {
        var positions = database.Engine.Positions;
        var confirmed = Math.Max(positions.Confirmed.GetValueOrDefault(peer), heard ?? 0);
        if (confirmed <= 0) return null;
        if (positions.Head <= confirmed) return new Backlog(0, 0, 0);
        long transactions = 0, bytes = 0;
        double newest = confirmed;
        for (var after = confirmed; bytes < MostBytes;)
        {
            var stretch = database.ReadLog(after, StretchBytes);
            foreach (var transaction in stretch.Transactions)
            {
                // What the peer itself wrote never waits for it.
                if (transaction.Stamp.Origin == peer) continue;
                transactions++;
                bytes += transaction.Bytes;
                newest = transaction.Position;
            }
            if (stretch.Transactions.IsEmpty || stretch.ReadThrough >= positions.Head) break;
            after = stretch.ReadThrough;
        }
        return new Backlog(Math.Max(newest, transactions == 0 ? confirmed : positions.Head) - confirmed, transactions, bytes);
    }
}
