using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Operations;

/// <summary>Proves R-SCH-01 to 07, R-SCH-09 and R-SEL-10: databases, tables and attributes through the operations API.</summary>
public sealed class SchemaOperationSpecs : IDisposable
{
    private readonly OperationNode _node = new();

    [Fact]
    public async Task A_database_should_be_made_once_and_dropped_once()
    {
        Assert.Equal("database 'dev' successfully created", await MessageAsync("""{"operation":"create_database","database":"dev"}"""));
        await RefusedAsync("""{"operation":"create_schema","schema":"dev"}""", 400, "database 'dev' already exists");
        Assert.Equal("successfully deleted 'dev'", await MessageAsync("""{"operation":"drop_schema","schema":"dev"}"""));
        await RefusedAsync("""{"operation":"drop_database","database":"dev"}""", 404, "database 'dev' does not exist");
        await RefusedAsync("""{"operation":"drop_database"}""", 400, "'database' is required");
        await RefusedAsync("""{"operation":"drop_database","database":"system"}""", 403,
            "The 'system' database, tables and records are used internally by HarperDB and cannot be updated or removed.");
    }

    [Fact]
    public async Task A_table_should_make_its_database_and_show_its_key_under_both_names()
    {
        Assert.Equal("table 'fresh.dog' successfully created.",
            await MessageAsync("""{"operation":"create_table","schema":"fresh","table":"dog","hash_attribute":"id"}"""));
        await RefusedAsync("""{"operation":"create_table","database":"fresh","table":"dog","primary_key":"id"}""", 400, "Table 'dog' already exists in 'fresh'");
        var table = await _node.DoAsync("""{"operation":"describe_table","database":"fresh","table":"dog"}""");
        Assert.Equal("id", table["hash_attribute"]!.GetValue<string>());
        Assert.Equal("id", table["primary_key"]!.GetValue<string>());
        Assert.Equal(["id", "__createdtime__", "__updatedtime__"], Attributes(table));
        Assert.False(table["schema_defined"]!.GetValue<bool>());
        Assert.Null(table["last_updated_record"]);
    }

    [Theory]
    [InlineData("""{"operation":"create_table","table":"t"}""", 400, "'primary_key' is required")]
    [InlineData("""{"operation":"create_table","primary_key":"id"}""", 400, "'table' is required")]
    [InlineData("""{"operation":"create_table"}""", 400, "'table' is required. 'primary_key' is required")]
    [InlineData("""{"operation":"create_table","table":"a/b","primary_key":"id"}""", 400, "'table' names cannot include backticks or forward slashes")]
    [InlineData("""{"operation":"create_table","table":"a`b","primary_key":"id"}""", 400, "'table' names cannot include backticks or forward slashes")]
    [InlineData("""{"operation":"create_table","table":"","primary_key":"id"}""", 400, "'table' is not allowed to be empty")]
    [InlineData("""{"operation":"create_table","table":"t","primary_key":"id","expiration":"soon"}""", 400, "'expiration' must be a positive number of seconds")]
    [InlineData("""{"operation":"create_database","database":".."}""", 400, "'database' names cannot be '.' or '..' or include control characters")]
    [InlineData("""{"operation":"describe_table","table":"t"}""", 404, "database 'data' does not exist")]
    [InlineData("""{"operation":"describe_table"}""", 400, "'table' is required")]
    [InlineData("""{"operation":"describe_database","database":"nope"}""", 404, "database 'nope' does not exist")]
    public Task A_wrong_argument_should_be_named(string body, int status, string message) => RefusedAsync(body, status, message);

    [Fact]
    public async Task A_name_of_more_than_250_characters_should_be_refused() => await RefusedAsync(
        $$"""{"operation":"create_table","table":"{{new string('x', 251)}}","primary_key":"id"}""", 400, "'table' cannot exceed 250 characters");

    [Fact]
    public async Task Declared_attributes_should_make_a_schema_defined_table_with_its_options()
    {
        await _node.DoAsync("""
            {"operation":"create_table","database":"dev","table":"typed","primary_key":"id","expiration":60,"replicate":false,
             "attributes":[{"name":"id","type":"ID"},{"name":"n","type":"Int","indexed":true},{"name":"tags","type":"[String]"}]}
            """);
        var table = await _node.DoAsync("""{"operation":"describe_table","database":"dev","table":"typed"}""");
        Assert.True(table["schema_defined"]!.GetValue<bool>());
        Assert.Equal("60s", table["expiration"]!.GetValue<string>());
        Assert.False(table["replicate"]!.GetValue<bool>());
        Assert.Equal(["id", "n", "tags"], Attributes(table));
        Assert.Equal("""{"attribute":"n","type":"Int","indexed":true}""", table["attributes"]![1]!.ToJsonString());
        Assert.Equal("""{"attribute":"tags","type":"array","elements":"String"}""", table["attributes"]![2]!.ToJsonString());
        await RefusedAsync("""{"operation":"create_table","table":"t","primary_key":"id","attributes":[{"name":"n","type":"Integer"}]}""", 400,
            "Unknown type 'Integer' of attribute 'n': use one of Any, BigInt, Blob, Boolean, Bytes, Date, Float, ID, Int, Long, String, or [T]");
    }

    [Fact]
    public async Task Attributes_should_come_and_go_but_not_the_key_and_the_times()
    {
        await _node.DoAsync("""{"operation":"create_table","database":"dev","table":"dog","primary_key":"id"}""");
        Assert.Equal("attribute 'dev.dog.x' successfully created.", await MessageAsync(Attribute("create_attribute", "x")));
        await RefusedAsync(Attribute("create_attribute", "x"), 400, "attribute 'x' already exists in dev.dog");
        Assert.Equal("successfully deleted attribute 'x'", await MessageAsync(Attribute("drop_attribute", "x")));
        await RefusedAsync(Attribute("drop_attribute", "x"), 404, "Attribute 'x' does not exist on 'dev.dog'");
        await RefusedAsync(Attribute("drop_attribute", "id"), 400, "You cannot drop a hash attribute");
        await RefusedAsync(Attribute("drop_attribute", "__createdtime__"), 400, "cannot drop internal timestamp attribute: __createdtime__");
    }

    [Fact]
    public async Task A_dropped_table_should_be_gone_with_its_rows()
    {
        await _node.DoAsync("""{"operation":"create_table","table":"dog","primary_key":"id"}""");
        await _node.DoAsync("""{"operation":"insert","table":"dog","records":[{"id":1}]}""");
        Assert.Equal("successfully deleted table 'data.dog'", await MessageAsync("""{"operation":"drop_table","table":"dog"}"""));
        await RefusedAsync("""{"operation":"drop_table","table":"dog"}""", 404, "Table 'data.dog' does not exist");
        await _node.DoAsync("""{"operation":"create_table","table":"dog","primary_key":"id"}""");
        var table = await _node.DoAsync("""{"operation":"describe_table","table":"dog","exact_count":true}""");
        Assert.Equal(0, table["record_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task Describing_everything_should_show_empty_databases_and_leave_out_the_internal_one()
    {
        _node.Databases.Open(new Harper.Core.Identity.DatabaseName("system"));
        await _node.DoAsync("""{"operation":"create_database","database":"empty"}""");
        await _node.DoAsync("""{"operation":"create_table","database":"dev","table":"dog","primary_key":"id"}""");
        await _node.DoAsync("""{"operation":"insert","database":"dev","table":"dog","records":[{"id":1,"name":"Penny"}]}""");
        var all = await _node.DoAsync("""{"operation":"describe_all"}""");
        Assert.Equal(["dev", "empty"], all.AsObject().Select(database => database.Key));
        var dog = all["dev"]!["dog"]!;
        Assert.Equal(["id", "__createdtime__", "__updatedtime__", "name"], Attributes(dog));
        Assert.Equal(1, dog["record_count"]!.GetValue<int>());
        Assert.True(dog["last_updated_record"]!.GetValue<double>() > 1.7e12);
    }

    public void Dispose() => _node.Dispose();

    private static string Attribute(string operation, string name) =>
        $$"""{"operation":"{{operation}}","database":"dev","table":"dog","attribute":"{{name}}"}""";

    private static IEnumerable<string> Attributes(System.Text.Json.Nodes.JsonNode table) =>
        table["attributes"]!.AsArray().Select(attribute => attribute!["attribute"]!.GetValue<string>());

    private async Task<string> MessageAsync(string body) => (await _node.DoAsync(body))["message"]!.GetValue<string>();

    private async Task RefusedAsync(string body, int status, string message)
    {
        var answered = await _node.CallAsync(body);
        Assert.Equal((status, message), (answered.Status, answered.Error));
    }
}
