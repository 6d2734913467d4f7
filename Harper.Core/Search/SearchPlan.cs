using System.Collections.Immutable;
using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Schema;

namespace Harper.Core.Search;

/// <summary>A way to the records of a search. Each gives at least what its condition wants; the plan's filter decides.</summary>
public abstract record AccessPath
{
    private AccessPath()
    {
    }

    /// <summary>One record by its key.</summary>
    public sealed record ByKey(RecordKey Key) : AccessPath;

    /// <summary>A stretch of the table in key order.</summary>
    public sealed record KeyScan(IndexRange Range) : AccessPath;

    /// <summary>A stretch of an index, in value order and then key order.</summary>
    public sealed record IndexScan(AttributeDefinition Attribute, IndexRange Range) : AccessPath;

    /// <summary>One after the other; a record that an earlier branch gave is not given again.</summary>
    public sealed record Union(ImmutableArray<(AccessPath Path, SearchCondition Condition)> Branches) : AccessPath;
}

/// <summary>How a search is answered.</summary>
/// <param name="Filter">What the path leaves open; null: everything that it gives is wanted.</param>
/// <param name="Descending">Walk the path backwards.</param>
/// <param name="SortInMemory">The order that the path does not have by itself.</param>
public sealed record SearchPlan(
    TableDefinition Table, AccessPath Path, SearchCondition? Filter, bool Descending, ImmutableArray<SortTerm> SortInMemory);
