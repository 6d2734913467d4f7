using System.Collections.Immutable;

namespace Harper.Core.Search;

/// <summary>One level of a sort order.</summary>
public sealed record SortTerm(ImmutableArray<string> Path, bool Descending);

/// <summary>A search, its conditions bound to a table's types. No condition: every record.</summary>
public sealed record SearchQuery(SearchCondition? Condition)
{
    public ImmutableArray<SortTerm> Sort { get; init; } = [];

    /// <summary>The whole order backwards.</summary>
    public bool Reverse { get; init; }

    public int? Limit { get; init; }

    public int Offset { get; init; }
}
