using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Schema;
using Harper.Core.Search;
using Xunit;

namespace Harper.Tests.Core.Operations;

/// <summary>Proves R-SRC-03: which way a search takes, as a function of the table and the question.</summary>
public sealed class SearchPlannerSpecs
{
    private static readonly TableDefinition Dogs = new()
    {
        Id = 1,
        Name = new TableName("dog"),
        PrimaryKey = "id",
        Incarnation = Guid.Empty,
        Attributes =
        [
            new AttributeDefinition(1, "id", IsPrimaryKey: true), new AttributeDefinition(2, "name", Indexed: true),
            new AttributeDefinition(3, "age", Indexed: true), new AttributeDefinition(4, "note"),
        ],
    };

    [Theory]
    [InlineData("""[{"attribute":"id","value":7}]""", "key 7")]
    [InlineData("""[{"attribute":"id","comparator":"ge","value":7}]""", "keys")]
    [InlineData("""[{"attribute":"name","value":"a"}]""", "index name")]
    [InlineData("""[{"attribute":"name","comparator":"starts_with","value":"a"}]""", "index name")]
    [InlineData("""[{"attribute":"name","comparator":"contains","value":"a"}]""", "index name all")]
    [InlineData("""[{"attribute":"name","comparator":"not_equal","value":"a"}]""", "index name all")]
    [InlineData("""[{"attribute":"name","value":null}]""", "keys all")]
    [InlineData("""[{"attribute":"note","value":"a"}]""", "keys all")]
    [InlineData("""[{"attribute":["name","inner"],"value":"a"}]""", "keys all")]
    [InlineData("""[{"attribute":"note","value":"a"},{"attribute":"age","comparator":"gt","value":1},{"attribute":"name","value":"x"}]""", "index name")]
    [InlineData("""[{"attribute":"name","value":"x"},{"attribute":"id","value":7}]""", "key 7")]
    [InlineData("""[{"attribute":"name","comparator":"contains","value":"x"},{"attribute":"age","comparator":"between","value":[1,2]}]""", "index age")]
    public void The_narrowest_way_should_be_taken(string conditions, string way) => Assert.Equal(way, Way(Plan(conditions).Path));

    [Fact]
    public void A_choice_should_be_taken_apart_only_when_every_branch_is_narrow()
    {
        const string narrow = """{"attribute":"name","value":"x"},{"conditions":[{"attribute":"age","comparator":"gt","value":1},{"attribute":"note","value":2}]}""";
        Assert.Equal("union of index name, index age", Way(Plan($"[{narrow}]", "or").Path));
        Assert.Equal("keys all", Way(Plan($$"""[{{narrow}},{"attribute":"note","value":1}]""", "or").Path));
    }

    [Fact]
    public void Bounds_on_one_attribute_should_make_one_stretch()
    {
        var plan = Plan("""[{"attribute":"age","comparator":"gt","value":1},{"attribute":"age","comparator":"le","value":5}]""");
        var range = Assert.IsType<AccessPath.IndexScan>(plan.Path).Range;
        Assert.Equal(KeyCodec.FromNumber(1), new RecordKey(range.From!.Value));
        Assert.Equal(KeyCodec.FromNumber(5), new RecordKey(range.To!.Value));
        Assert.Equal((false, true), (range.FromInclusive, range.ToInclusive));
    }

    [Fact]
    public void A_sort_that_the_way_has_by_itself_should_cost_nothing()
    {
        var plan = Plan("""[{"attribute":"age","comparator":"gt","value":1}]""", sort: [new SortTerm(["age"], true)]);
        Assert.True(plan.Descending && plan.SortInMemory.IsEmpty);
        plan = Plan("""[{"attribute":"age","comparator":"gt","value":1}]""", sort: [new SortTerm(["name"], true)]);
        Assert.False(plan.Descending || plan.SortInMemory.IsEmpty);
    }

    private static SearchPlan Plan(string conditions, string operation = "and", ImmutableArray<SortTerm>? sort = null)
    {
        using var json = JsonDocument.Parse(conditions);
        return SearchPlanner.Plan(Dogs, new SearchQuery(ConditionParser.Parse(json.RootElement, operation, Dogs)) { Sort = sort ?? [] });
    }

    private static string Way(AccessPath path) => path switch
    {
        AccessPath.ByKey key => key.Key == KeyCodec.FromNumber(7) ? "key 7" : "key",
        AccessPath.KeyScan scan => scan.Range.From is null && scan.Range.To is null ? "keys all" : "keys",
        AccessPath.IndexScan scan => $"index {scan.Attribute.Name}{(scan.Range.From is null && scan.Range.To is null ? " all" : "")}",
        AccessPath.Union union => $"union of {string.Join(", ", union.Branches.Select(branch => Way(branch.Path)))}",
        _ => "?",
    };
}
