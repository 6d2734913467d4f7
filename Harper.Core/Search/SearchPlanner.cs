using System.Collections.Immutable;
using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Schema;

namespace Harper.Core.Search;

/// <summary>
/// Chooses the way to the records: the key where it is known, else the narrowest stretch of an index or of the keys, else everything through the filter.
/// A pure function of the table's definition and the query.
/// </summary>
public static class SearchPlanner
{
    /// <summary>How narrow a way promises to be; the first of the narrowest wins.</summary>
    private enum Rank { Key, Value, Stretch, HalfOpen, Branches, WholeIndex, Everything }

    private readonly record struct Candidate(Rank Rank, AccessPath Path, string? OrderedBy);

    public static SearchPlan Plan(TableDefinition table, SearchQuery query)
    {
        var candidate = Choose(table, query.Condition);
        // The order that was asked for may be the way's own.
        var byItself = query.Sort.IsEmpty || (query.Sort is [{ Path: [var only] }] && only == candidate.OrderedBy);
        var descending = query.Reverse ^ (byItself && !query.Sort.IsEmpty && query.Sort[0].Descending);
        return byItself
            ? new SearchPlan(table, candidate.Path, query.Condition, descending, [])
            : new SearchPlan(table, candidate.Path, query.Condition, false, Turned(query.Sort, query.Reverse));
    }

    private static ImmutableArray<SortTerm> Turned(ImmutableArray<SortTerm> sort, bool reverse) =>
        reverse ? [.. sort.Select(term => term with { Descending = !term.Descending })] : sort;

    private static Candidate Choose(TableDefinition table, SearchCondition? condition) => condition switch
    {
        SearchCondition.Comparison comparison => OfComparison(table, comparison),
        SearchCondition.And and => OfAll(table, and),
        SearchCondition.Or or => OfAny(table, or),
        _ => Everything(table),
    };

    private static Candidate Everything(TableDefinition table) => new(Rank.Everything, new AccessPath.KeyScan(ValueRanges.All), table.PrimaryKey);

    private static Candidate OfComparison(TableDefinition table, SearchCondition.Comparison comparison)
    {
        if (comparison.Path.Length > 1 || table.Find(comparison.Path[0]) is not { } attribute) return Everything(table);
        var range = ValueRanges.Of(comparison);
        var rank = comparison.Comparator switch
        {
            Comparator.Equals => Rank.Value,
            Comparator.Between or Comparator.StartsWith => Rank.Stretch,
            _ => Rank.HalfOpen,
        };
        if (attribute.IsPrimaryKey)
            return range is not { } keys ? Everything(table)
                : rank == Rank.Value ? new Candidate(Rank.Key, new AccessPath.ByKey(new RecordKey(keys.From!.Value)), attribute.Name)
                : new Candidate(rank, new AccessPath.KeyScan(keys), attribute.Name);
        if (!attribute.Indexed) return Everything(table);
        if (range is { } values) return new Candidate(rank, new AccessPath.IndexScan(attribute, values), attribute.Name);
        // Every comparison but "equals null" leaves out records without the attribute, as the index does. Its order is the one to answer in.
        return comparison.Operand.Class == ValueClass.Null && comparison.Comparator == Comparator.Equals
            ? Everything(table)
            : new Candidate(Rank.WholeIndex, new AccessPath.IndexScan(attribute, ValueRanges.All), attribute.Name);
    }

    private static Candidate OfAll(TableDefinition table, SearchCondition.And and)
    {
        var best = and.Parts.Select(part => Choose(table, part)).MinBy(candidate => candidate.Rank);
        // Several bounds on one attribute make one stretch.
        var others = and.Parts.OfType<SearchCondition.Comparison>().Where(part => part.Path is [var name] && name == best.OrderedBy);
        return best.Path switch
        {
            AccessPath.IndexScan scan => best with { Path = scan with { Range = Narrow(scan.Range, others) } },
            AccessPath.KeyScan scan => best with { Path = scan with { Range = Narrow(scan.Range, others) } },
            _ => best,
        };
    }

    private static IndexRange Narrow(IndexRange range, IEnumerable<SearchCondition.Comparison> comparisons) =>
        comparisons.Select(ValueRanges.Of).Aggregate(range, (sofar, next) => next is { } other ? ValueRanges.Intersect(sofar, other) : sofar);

    /// <summary>Worth taking apart only when every branch has a way narrower than everything.</summary>
    private static Candidate OfAny(TableDefinition table, SearchCondition.Or or)
    {
        var branches = or.Parts.Select(part => (Candidate: Choose(table, part), Condition: part)).ToArray();
        return Array.Exists(branches, branch => branch.Candidate.Rank >= Rank.WholeIndex)
            ? Everything(table)
            : new Candidate(Rank.Branches, new AccessPath.Union([.. branches.Select(branch => (branch.Candidate.Path, branch.Condition))]), null);
    }
}
