using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Schema;
using Harper.Core.TransactionLog;

namespace Harper.Core.Sessions;

/// <summary>What of a stretch of the log goes to the peer.</summary>
/// <param name="Send">In position order, filtered; between ours empty ones stand for what was left out, so that no origin has a gap.</param>
/// <param name="Passed">Position up to which everything is sent or left out.</param>
/// <param name="Skipped">Something was left out since the last transaction in <paramref name="Send"/>.</param>
/// <param name="Gap">An origin's chain is broken here: the log does not have what was asked (rule 17).</param>
/// <param name="OwnSeen">The peer has changes of this node up to there that this node's own chain passes over: they were lost here (rule 16).</param>
public readonly record struct SelectedStretch(ImmutableArray<LoggedTransaction> Send, double Passed, bool Skipped, string? Gap, double? OwnSeen = null);

/// <summary>
/// Selects from the log what a plan wants, stretch by stretch. It remembers per origin how far its chain was seen and sent.
/// Not safe for two threads at once.
/// </summary>
/// <param name="self">This node, whose own chain is known without a doubt.</param>
public sealed class LogSelection(SendPlan plan, NodeName self)
{
    /// <summary>Per origin: version of its last entry seen here, sent or left out.</summary>
    private readonly Dictionary<NodeName, double> _seen = [];

    /// <summary>Per origin: version of the last that was sent.</summary>
    private readonly Dictionary<NodeName, double> _sent = [];

    /// <summary>Per origin: the last entry that was left out after the last that was sent.</summary>
    private readonly Dictionary<NodeName, LoggedTransaction> _leftOut = [];

    public SendPlan Plan { get; } = plan;

    /// <param name="floor">Of this log, as of now.</param>
    /// <param name="drained">The log holds nothing after the stretch: what was left out is made known.</param>
    public SelectedStretch Select(LogStretch stretch, DatabaseCatalog catalog, ImmutableDictionary<NodeName, double> floor, bool drained)
    {
        var send = ImmutableArray.CreateBuilder<LoggedTransaction>(stretch.Transactions.Length);
        var skipped = false;
        foreach (var entry in stretch.Transactions)
        {
            var origin = entry.Stamp.Origin;
            if (!Plan.Wants(origin) || !IsAfterStart(entry))
            {
                skipped = true;
                continue;
            }

            if (Plan.ByVersion && !double.IsNaN(entry.Previous))
            {
                var seen = _seen.TryGetValue(origin, out var version) ? version : Plan.Starts.GetValueOrDefault(origin);
                // What is here of it may be what passed when fewer tables did: the others were copied since, and are not in the log.
                if (floor.TryGetValue(origin, out var begins) && seen < begins) return new SelectedStretch(send.DrainToImmutable(), 0, skipped, Begins(origin, begins, seen));
                if (entry.Previous > seen)
                    return new SelectedStretch(send.DrainToImmutable(), 0, skipped, $"{origin} {entry.Previous:R} is not in the log, the peer has it up to {seen:R}");
                if (origin == self && entry.Previous < seen && seen > floor.GetValueOrDefault(origin) && !_seen.ContainsKey(origin))
                    return new SelectedStretch(send.DrainToImmutable(), 0, skipped, $"it has writes of this node up to {seen:R}, which are not here", seen);
                _seen[origin] = Math.Max(seen, entry.Stamp.Version);
            }

            var kept = Filter(entry, catalog);
            if (kept.IsEmpty && !entry.Changes.IsEmpty)
            {
                skipped = true;
                if (Plan.ByVersion && !double.IsNaN(entry.Previous)) _leftOut[origin] = entry;
                continue;
            }

            send.Add(Linked(entry, kept));
            skipped = false;
        }

        if (drained && _leftOut.Count > 0)
        {
            foreach (var left in _leftOut.Values.OrderBy(left => left.Position).ToList()) send.Add(Linked(left, []));
            _leftOut.Clear();
        }

        return new SelectedStretch(send.DrainToImmutable(), stretch.ReadThrough, skipped, null);
    }

    /// <summary>Whether the log lost, to trimming or to a copy's end, something that the plan wants and that was not read yet; to be asked after each read.</summary>
    public string? LostBelow(ImmutableDictionary<NodeName, double> floor, double after)
    {
        foreach (var (origin, version) in floor)
        {
            if (!Plan.Wants(origin)) continue;
            var start = Plan.Starts.GetValueOrDefault(origin);
            var reached = Plan.ByVersion ? _seen.TryGetValue(origin, out var seen) ? Math.Max(seen, start) : start : after;
            if ((Plan.ByVersion || origin == self) && reached < version) return Begins(origin, version, reached);
        }

        return null;
    }

    private static string Begins(NodeName origin, double floor, double reached) => $"the log of {origin} begins at {floor:R} now, it was read up to {reached:R}";

    /// <summary>The entry as it is sent: what was left out before it does not look like a gap.</summary>
    private LoggedTransaction Linked(LoggedTransaction entry, ImmutableArray<LoggedChange> kept)
    {
        var origin = entry.Stamp.Origin;
        var previous = entry.Previous;
        if (Plan.ByVersion && !double.IsNaN(previous))
        {
            if (_leftOut.Remove(origin)) previous = _sent.TryGetValue(origin, out var sent) ? sent : Plan.Starts.GetValueOrDefault(origin);
            _sent[origin] = entry.Stamp.Version;
        }

        return previous.Equals(entry.Previous) && kept.Length == entry.Changes.Length ? entry : entry with { Previous = previous, Changes = kept };
    }

    private bool IsAfterStart(LoggedTransaction entry)
    {
        var origin = entry.Stamp.Origin;
        var start = Plan.Starts.GetValueOrDefault(origin);

        // What came without order promises nothing by its version: the rows' stamps tell duplicates.
        if (Plan.ByVersion) return double.IsNaN(entry.Previous) || entry.Stamp.Version > start;
        return entry.Position > start && (!Plan.Ends.TryGetValue(origin, out var end) || entry.Position <= end);
    }

    private ImmutableArray<LoggedChange> Filter(LoggedTransaction entry, DatabaseCatalog catalog)
    {
        foreach (ref readonly var change in entry.Changes.AsSpan())
            if (!LocalTables.MayPass(catalog, change.Change.Table, Plan.Filter))
                return entry.Changes.RemoveAll(each => !LocalTables.MayPass(catalog, each.Change.Table, Plan.Filter));
        return entry.Changes;
    }
}
