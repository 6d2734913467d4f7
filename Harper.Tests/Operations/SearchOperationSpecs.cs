using System.Globalization;
using System.Text.Json.Nodes;
using Harper.Actors.Operations;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Schema;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Operations;

/// <summary>Proves R-SRC-01 to 05, R-INS-01 and R-INS-05: what searches find, in which order and form, and what they refuse.</summary>
public sealed class SearchOperationSpecs : IAsyncLifetime
{
    private readonly OperationNode _node = new();

    public async ValueTask InitializeAsync()
    {
        await _node.DoAsync("""{"operation":"create_table","table":"dog","primary_key":"id"}""");
        await _node.DoAsync("""
            {"operation":"insert","table":"dog","records":[
              {"id":1,"name":"Penny","age":7,"o":{"k":{"deep":1}}},
              {"id":2,"name":"Harper","age":50,"tags":["x","y"]},
              {"id":"three","name":"Kato","age":6.5,"o":{"k":{"deep":2}}},
              {"id":4,"name":"Über","age":"old","good":true},
              {"id":5,"name":null,"good":false},
              {"id":-6}]}
            """);
    }

    [Theory]
    [InlineData("name", "\"Ha*\"", "2")]
    [InlineData("name", "\"*er\"", "2 4")]
    [InlineData("name", "\"*a*\"", "2 three")]
    [InlineData("name", "\"Penny\"", "1")]
    [InlineData("name", "\"penny\"", "")]
    [InlineData("name", "\"*\"", "-6 1 2 4 5 three")]
    [InlineData("id", "\"*\"", "-6 1 2 4 5 three")]
    [InlineData("id", "\"th*\"", "three")]
    [InlineData("id", "1", "1")]
    [InlineData("age", "\"7\"", "")]
    [InlineData("name", "null", "-6 5")]
    public async Task A_value_should_find_its_records(string attribute, string value, string ids)
    {
        Assert.Equal(ids, await IdsAsync($$"""{"operation":"search_by_value","table":"dog","attribute":"{{attribute}}","value":{{value}},"get_attributes":["id"]}"""));
        Assert.Equal(ids, await IdsAsync(
            $$"""{"operation":"search_by_value","schema":"data","table":"dog","search_attribute":"{{attribute}}","search_value":{{value}},"get_attributes":["id"]}"""));
    }

    [Theory]
    [InlineData("""{"attribute":"age","comparator":"between","value":[5,60]}""", "three 1 2")]
    [InlineData("""{"attribute":"age","comparator":"greater_than","value":7}""", "2")]
    [InlineData("""{"attribute":"age","comparator":"ge","value":7}""", "1 2")]
    [InlineData("""{"attribute":"age","comparator":"lt","value":7}""", "three")]
    [InlineData("""{"attribute":"age","comparator":"less_than_equal","value":7}""", "three 1")]
    [InlineData("""{"attribute":"age","comparator":"gt","value":"a"}""", "4")]
    [InlineData("""{"attribute":"name","comparator":"less_than","value":"K"}""", "2")]
    [InlineData("""{"attribute":"name","comparator":"sw","value":"Ü"}""", "4")]
    [InlineData("""{"attribute":"name","comparator":"ct","value":"arp"}""", "2")]
    [InlineData("""{"attribute":"name","comparator":"ew","value":"o"}""", "three")]
    [InlineData("""{"attribute":"tags","comparator":"contains","value":"y"}""", "2")]
    [InlineData("""{"attribute":"good","value":false}""", "5")]
    [InlineData("""{"attribute":["o","k","deep"],"comparator":"gt","value":1}""", "three")]
    [InlineData("""{"attribute":["o","k","none"],"comparator":"gt","value":1}""", "")]
    [InlineData("""{"attribute":"id","comparator":"gt","value":1}""", "2 4 5")]
    [InlineData("""{"attribute":"id","comparator":"le","value":1}""", "-6 1")]
    [InlineData("""{"attribute":"id","comparator":"between","value":[1,4]}""", "1 2 4")]
    [InlineData("""{"attribute":"id","comparator":"gt","value":9},{"attribute":"id","comparator":"lt","value":3}""", "")]
    [InlineData("""{"search_attribute":"name","search_type":"equals","search_value":"Kato"}""", "three")]
    [InlineData("""{"attribute":"age","comparator":"gt","value":1},{"attribute":"name","comparator":"ew","value":"y"}""", "1")]
    public async Task A_condition_should_find_its_records_in_the_order_of_its_attribute(string conditions, string ids)
    {
        var body = $$"""{"operation":"search_by_conditions","table":"dog","get_attributes":["id"],"conditions":[{{conditions}}]""";
        Assert.Equal(ids, await IdsAsync(body + "}"));
        Assert.Equal(string.Join(' ', ids.Split(' ').Reverse()), await IdsAsync(body + ",\"reverse\":true}"));
    }

    [Fact]
    public async Task Choices_should_give_each_record_once() => Assert.Equal("1 three", await IdsAsync("""
        {"operation":"search_by_conditions","table":"dog","operator":"or","get_attributes":["id"],"conditions":[
          {"attribute":"name","value":"Penny"},
          {"operator":"and","conditions":[{"attribute":"age","comparator":"gt","value":6},{"attribute":"age","comparator":"lt","value":8}]}]}
        """));

    [Fact]
    public async Task A_sort_should_order_by_what_it_names_and_page()
    {
        const string all = """{"operation":"search_by_conditions","table":"dog","get_attributes":["id"],"conditions":[{"attribute":"id","comparator":"not_equal","value":0}],""";
        Assert.Equal("4 2 1 three 5 -6", await IdsAsync(all + """ "sort":{"attribute":"age","descending":true,"next":{"attribute":"id","descending":true}}}"""));
        Assert.Equal("2 1", await IdsAsync(all + """ "sort":{"attribute":"age","descending":true},"offset":1,"limit":2}"""));
        Assert.Equal("1 2", await IdsAsync(all + """ "offset":1,"limit":2}"""));
    }

    [Fact]
    public async Task Attributes_that_a_record_lacks_should_be_null_where_they_were_asked_for()
    {
        var answer = await _node.DoAsync("""{"operation":"search_by_id","table":"dog","ids":["three",777,1],"get_attributes":["name","tags"]}""");
        Assert.Equal("""[{"name":"Kato","tags":null},{"name":"Penny","tags":null}]""", answer.ToJsonString());
        var whole = await _node.DoAsync("""{"operation":"search_by_value","table":"dog","attribute":"id","value":-6}""");
        Assert.Equal(
            ["id", "__createdtime__", "__updatedtime__", "name", "age", "o", "tags", "good"], whole[0]!.AsObject().Select(attribute => attribute.Key));
    }

    [Theory]
    [InlineData("""{"operation":"search_by_id","table":"dog","ids":[1]}""", 500, "'get_attributes' is required")]
    [InlineData("""{"operation":"search_by_id","table":"dog","get_attributes":["*"]}""", 500, "'hash_values' is required")]
    [InlineData("""{"operation":"search_by_hash","table":"dog","hash_values":1}""", 500, "'hash_values' must be an array. 'get_attributes' is required")]
    [InlineData("""{"operation":"search_by_id","table":"dog","ids":[1],"get_attributes":["a","name","b","c"]}""", 500, "unknown attribute 'a, b and c'")]
    [InlineData("""{"operation":"search_by_value","table":"dog","attribute":"nothere","value":1}""", 500, "unknown attribute 'nothere'")]
    [InlineData("""{"operation":"search_by_value","table":"dog"}""", 500, "'attribute' is required. 'value' is required")]
    [InlineData("""{"operation":"search_by_conditions","table":"dog","conditions":[{"attribute":"nothere","value":1}]}""", 400, "unknown attribute 'nothere'")]
    [InlineData("""{"operation":"search_by_conditions","table":"dog","conditions":[]}""", 400, "'conditions' must contain at least 1 items")]
    [InlineData("""{"operation":"search_by_conditions","table":"dog"}""", 400, "'conditions' is required")]
    [InlineData("""{"operation":"search_by_conditions","table":"dog","conditions":[{"attribute":"age","comparator":"zzz","value":1}]}""", 400, "Unknown query comparator \"zzz\"")]
    [InlineData("""{"operation":"search_by_conditions","table":"dog","limit":0,"offset":-1,"conditions":[{"attribute":"age","value":1}]}""", 400,
        "'limit' must be greater than or equal to 1. 'offset' must be greater than or equal to 0")]
    [InlineData("""{"operation":"search_by_conditions","table":"dog","conditions":[{"attribute":"age","comparator":"between","value":1}]}""", 400,
        "'value' of a between condition must be an array of two values")]
    [InlineData("""{"operation":"search_by_id","table":"nope","ids":[1],"get_attributes":["*"]}""", 404, "Table 'data.nope' does not exist")]
    [InlineData("""{"operation":"search_by_id","database":"nope","table":"nope","ids":[1],"get_attributes":["*"]}""", 404, "database 'nope' does not exist")]
    public async Task A_wrong_search_should_be_refused(string body, int status, string message)
    {
        var answered = await _node.CallAsync(body);
        Assert.Equal((status, message), (answered.Status, answered.Error));
    }

    [Fact]
    public async Task Node_records_should_be_listed_without_what_is_secret()
    {
        var system = _node.Databases.Open(DatabaseName.System);
        await system.CommitAsync(new CommitRequest.Schema([new SchemaEdit.CreateTable(
            new TableSpec(new TableName("hdb_nodes"), "name",
            [
                new AttributeDefinition(0, "name", IsPrimaryKey: true), new AttributeDefinition(0, "url"), new AttributeDefinition(0, "authorization"),
                new AttributeDefinition(0, "shard"),
            ]) { SchemaDefined = true })]));
        await _node.DoAsync("""{"operation":"insert","database":"system","table":"hdb_nodes","records":[{"name":"a","url":"ws://a","authorization":"secret"}]}""");
        var rows = await _node.DoAsync("""{"operation":"search_by_value","database":"system","table":"hdb_nodes","attribute":"name","value":"*"}""");
        Assert.Equal("""[{"name":"a","url":"ws://a"}]""", rows.ToJsonString());
        rows = await _node.DoAsync("""{"operation":"search_by_id","database":"system","table":"hdb_nodes","ids":["a"],"get_attributes":["shard"]}""");
        Assert.Equal("""[{"shard":null}]""", rows.ToJsonString());
        var probed = await _node.CallAsync("""{"operation":"search_by_value","database":"system","table":"hdb_nodes","attribute":"authorization","value":"s*"}""");
        Assert.Equal((500, "unknown attribute 'authorization'"), (probed.Status, probed.Error));
        Assert.Equal(403, (await _node.CallAsync(
            """{"operation":"search_by_value","database":"system","table":"hdb_nodes","attribute":"name","value":"*"}""", new Caller("bob", false))).Status);
    }

    [Fact]
    public async Task A_search_that_takes_too_long_should_end()
    {
        using var hurried = new OperationNode(settings: new() { ReadDeadline = TimeSpan.Zero, ReadSlice = TimeSpan.Zero });
        await hurried.DoAsync("""{"operation":"create_table","table":"dog","primary_key":"id"}""");
        await hurried.DoAsync($$"""{"operation":"insert","table":"dog","records":[{{string.Join(',', Enumerable.Range(1, 100).Select(id => $$"""{"id":{{id}}}"""))}}]}""");
        var error = await Assert.ThrowsAsync<OperationError>(() => hurried.CallAsync("""{"operation":"search_by_value","table":"dog","attribute":"id","value":"*"}"""));
        Assert.Equal(504, error.Status);
    }

    [Fact]
    public async Task Every_way_to_an_answer_should_give_the_same_answer()
    {
        await _node.DoAsync("""{"operation":"create_table","table":"indexed","primary_key":"id"}""");
        await _node.DoAsync("""{"operation":"create_table","table":"plain","primary_key":"id","attributes":[{"name":"id"},{"name":"n"},{"name":"s"}]}""");
        var random = new Random(7);
        var records = string.Join(',', Enumerable.Range(0, 300).Select(id =>
            $$"""{"id":{{id}},"n":{{(random.Next(40) - 20).ToString(CultureInfo.InvariantCulture)}},"s":"{{(char)('a' + random.Next(5))}}{{random.Next(30)}}"}"""));
        foreach (var table in (string[])["indexed", "plain"]) await _node.DoAsync($$"""{"operation":"insert","table":"{{table}}","records":[{{records}}]}""");
        string[] comparators = ["equals", "not_equal", "gt", "ge", "lt", "le"];
        for (var round = 0; round < 200; round++)
        {
            var conditions = $$"""
                {"attribute":"n","comparator":"{{comparators[random.Next(6)]}}","value":{{random.Next(40) - 20}}},
                {"attribute":"s","comparator":"{{(random.Next(2) == 0 ? "starts_with" : "contains")}}","value":"{{(char)('a' + random.Next(5))}}{{random.Next(3)}}"},
                {"attribute":"id","comparator":"{{comparators[random.Next(6)]}}","value":{{random.Next(300)}}}
                """;
            var tail = $$""" "operator":"{{(random.Next(2) == 0 ? "and" : "or")}}","get_attributes":["id"],"conditions":[{{conditions}}]} """;
            var indexed = Sorted(await IdsAsync("""{"operation":"search_by_conditions","table":"indexed",""" + tail));
            var plain = Sorted(await IdsAsync("""{"operation":"search_by_conditions","table":"plain",""" + tail));
            Assert.True(indexed == plain, $"{tail}\n{indexed}\n{plain}");
        }
    }

    public ValueTask DisposeAsync()
    {
        _node.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Sorted(string ids) => string.Join(' ', ids.Split(' ').Order(StringComparer.Ordinal));

    private async Task<string> IdsAsync(string body) =>
        string.Join(' ', (await _node.DoAsync(body)).AsArray().Select(row => row!["id"] is JsonValue id ? id.ToString() : "null"));
}
