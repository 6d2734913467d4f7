using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;

namespace Harper.Core.Wire.Dictionaries;

/// <summary>Which records were written lately, in bounded memory: never wrong about one that was, sometimes about one that was not. Each is known for one to two turns.</summary>
/// <param name="most">How many a turn remembers; where there are more, all count as written.</param>
internal sealed class RecentKeys(int most = 65_536)
{
    private HashSet<(TableName Table, ulong Key)> _now = [];
    private HashSet<(TableName Table, ulong Key)> _before = [];
    private bool _allNow;
    private bool _allBefore;

    public void Add(LoggedTransaction transaction)
    {
        foreach (var logged in transaction.Changes) Add(logged.Change);
    }

    public void Add(in Change change)
    {
        if (_now.Count < most) _now.Add((change.Table, Hash(change.Key)));
        else _allNow = true;
    }

    public bool HasOneOf(LoggedTransaction transaction)
    {
        if (_allNow || _allBefore) return true;
        if (_now.Count == 0 && _before.Count == 0) return false;
        foreach (var logged in transaction.Changes)
            if ((logged.Change.Table, Hash(logged.Change.Key)) is var key && (_now.Contains(key) || _before.Contains(key))) return true;
        return false;
    }

    public void Turn()
    {
        (_now, _before) = (_before, _now);
        _now.Clear();
        (_allNow, _allBefore) = (false, _allNow);
    }

    /// <summary>FNV-1a: where two keys share it, one counts as written when it was not.</summary>
    private static ulong Hash(in RecordKey key)
    {
        var hash = 14695981039346656037UL;
        foreach (var each in key.Span) hash = (hash ^ each) * 1099511628211UL;
        return hash;
    }
}
