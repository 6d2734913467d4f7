using System.Collections.Frozen;
using Harper.Core.Operations;

namespace Harper.Core.Search;

/// <summary>How a condition compares.</summary>
public enum Comparator : byte
{
    Equals, NotEqual, LessThan, LessThanEqual, GreaterThan, GreaterThanEqual, Between, StartsWith, EndsWith, Contains,
}

/// <summary>The names of comparators in requests, long and short (R-SRC-03).</summary>
public static class Comparators
{
    private static readonly FrozenDictionary<string, Comparator> ByName = new Dictionary<string, Comparator>(StringComparer.Ordinal)
    {
        ["equals"] = Comparator.Equals, ["eq"] = Comparator.Equals, ["equal"] = Comparator.Equals, ["=="] = Comparator.Equals,
        ["not_equal"] = Comparator.NotEqual, ["ne"] = Comparator.NotEqual, ["not"] = Comparator.NotEqual, ["!="] = Comparator.NotEqual,
        ["less_than"] = Comparator.LessThan, ["lt"] = Comparator.LessThan,
        ["less_than_equal"] = Comparator.LessThanEqual, ["le"] = Comparator.LessThanEqual,
        ["greater_than"] = Comparator.GreaterThan, ["gt"] = Comparator.GreaterThan,
        ["greater_than_equal"] = Comparator.GreaterThanEqual, ["ge"] = Comparator.GreaterThanEqual,
        ["between"] = Comparator.Between,
        ["starts_with"] = Comparator.StartsWith, ["sw"] = Comparator.StartsWith,
        ["ends_with"] = Comparator.EndsWith, ["ew"] = Comparator.EndsWith,
        ["contains"] = Comparator.Contains, ["ct"] = Comparator.Contains,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Comparator Parse(string? name) => name is null ? Comparator.Equals
        : ByName.TryGetValue(name, out var comparator) ? comparator
        : throw OperationError.Bad($"Unknown query comparator \"{name}\"");
}
