using System.Collections.Frozen;
using Harper.Core.Operations;

namespace Harper.Actors.Operations;

/// <summary>Every operation that this node answers, by name and alias. Composed once at start from the families.</summary>
public sealed class OperationCatalog
{
    private const int LongestEchoed = 100;

    private readonly FrozenDictionary<string, OperationEntry> _byName;

    /// <summary>Throws when two families claim one name: that is a mistake of composition, not of a caller.</summary>
    public OperationCatalog(IEnumerable<IOperationFamily> families)
    {
        var byName = new Dictionary<string, OperationEntry>(StringComparer.Ordinal);
        foreach (var entry in families.SelectMany(family => family.Entries))
            foreach (var name in entry.Aliases.Prepend(entry.Name))
                if (!byName.TryAdd(name, entry)) throw new InvalidOperationException($"Operation '{name}' is declared twice.");
        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public IEnumerable<string> Names => _byName.Keys;

    /// <summary>Every row once.</summary>
    public IEnumerable<OperationEntry> Entries => _byName.Values.Distinct();

    public bool Has(string operation) => _byName.ContainsKey(operation);

    public OperationEntry Find(string operation)
    {
        if (_byName.TryGetValue(operation, out var entry)) return entry;
        throw OperationError.Bad($"Operation '{(operation.Length <= LongestEchoed ? operation : operation[..LongestEchoed] + "...")}' not found");
    }
}
