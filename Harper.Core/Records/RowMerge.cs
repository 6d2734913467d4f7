using System.Collections.Immutable;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Core.Records;

/// <summary>
/// Conflict resolution: what a row is after one more change (rules 1, 2, 4 and 10). The outcome is a function of the set of changes
/// and not of the order in which they arrive, duplicates included; no history is walked.
/// </summary>
public static class RowMerge
{
    /// <summary>A row that nothing was ever written to.</summary>
    private static readonly Row Nothing = new(default, false, EncodedRecord.Empty, [], [], null);

    /// <summary>Applies one change.</summary>
    /// <param name="row">The row as it is, tombstones included; null when the key was never written.</param>
    /// <param name="expirationMs">The table's expiration, for changes that carry no time of their own (rule 10).</param>
    public static MergeResult Apply(Row? row, in Change change, Stamp stamp, double? expirationMs)
    {
        var current = row ?? Nothing;
        if (row is not null && stamp <= current.Base) return new MergeResult(current, false);
        var result = change.Kind == ChangeKind.Patch
            ? Patch(current, change, stamp)
            : new MergeResult(Rebase(current, change, stamp), true);
        if (!result.Changed) return new MergeResult(current, false);

        // Of all changes the one with the greatest stamp says when the row expires, whenever it arrives.
        var expiresAt = row is null || stamp > current.Latest ? ExpiryOf(change, stamp, expirationMs) : current.ExpiresAt;
        return result.Row.ExpiresAt == expiresAt ? result : result with { Row = result.Row with { ExpiresAt = expiresAt } };
    }

    private static double? ExpiryOf(in Change change, Stamp stamp, double? expirationMs) =>
        change.Kind == ChangeKind.Delete ? null : change.ExpiresAt ?? stamp.Version + expirationMs;

    /// <summary>
    /// A put or delete above the base becomes the base; what is newer than it stays on top, what is not falls to it. One that is as new as a patch is the row that an original
    /// copied, merged, and has that patch in it.
    /// </summary>
    private static Row Rebase(Row row, in Change change, Stamp stamp)
    {
        var alive = change.Kind == ChangeKind.Put;
        var value = alive ? change.Value : EncodedRecord.Empty;
        return row.Patched.IsEmpty && row.Adds.IsEmpty ? new Row(stamp, alive, value, [], [], null) : RebaseBelow(row, stamp, alive, value);
    }

    /// <summary>By itself, because what the lambdas hold is made where a method begins, and nearly every put has nothing on top of it.</summary>
    private static Row RebaseBelow(Row row, Stamp stamp, bool alive, EncodedRecord value)
    {
        var patched = row.Patched.RemoveAll(attribute => attribute.Stamp <= stamp);
        var adds = row.Adds.RemoveAll(add => add.Stamp <= stamp);
        if (!patched.IsEmpty)
        {
            var overlay = new RowOverlay(value);
            foreach (var attribute in patched) overlay.Set(attribute.Name, RowOverlay.Find(row.Value, attribute.Name));
            value = overlay.Build();
        }

        return new Row(stamp, alive, value, patched, adds, row.ExpiresAt);
    }

    /// <summary>Attribute by attribute the greater stamp wins; adds are kept one by one until they are settled.</summary>
    private static MergeResult Patch(Row row, in Change change, Stamp stamp)
    {
        var overlay = new RowOverlay(row.Value);
        var patched = row.Patched;
        var adds = row.Adds;
        var changed = false;
        var offset = 0;
        foreach (var name in change.Value.Shape.Names)
        {
            var value = RowOverlay.ValueAt(change.Value.Values, ref offset);
            var index = IndexOf(patched, name);
            var since = index >= 0 ? patched[index].Stamp : row.Base;
            if (stamp <= since) continue;
            if (Counter.TryReadAdd(value.Span, out var amount))
            {
                if (Contains(adds, name, stamp)) continue;
                adds = adds.Add(new CounterAdd(name, stamp, amount));
                changed = true;
                continue;
            }

            overlay.Set(name, value);
            patched = index >= 0
                ? patched.SetItem(index, new AttributeStamp(name, stamp))
                : patched.Add(new AttributeStamp(name, stamp));
            if (!adds.IsEmpty) adds = Without(adds, name, stamp);
            changed = true;
        }

        if (!changed) return new MergeResult(row, false);
        return new MergeResult(Counter.Bound(row with { Value = overlay.Build(), Patched = patched, Adds = adds }), true);
    }

    private static int IndexOf(ImmutableArray<AttributeStamp> patched, string name)
    {
        for (var i = 0; i < patched.Length; i++)
            if (patched[i].Name == name) return i;
        return -1;
    }

    private static ImmutableArray<CounterAdd> Without(ImmutableArray<CounterAdd> adds, string name, Stamp upTo) =>
        adds.RemoveAll(add => add.Name == name && add.Stamp <= upTo);

    private static bool Contains(ImmutableArray<CounterAdd> adds, string name, Stamp stamp)
    {
        foreach (var add in adds)
            if (add.Stamp == stamp && add.Name == name) return true;
        return false;
    }
}
