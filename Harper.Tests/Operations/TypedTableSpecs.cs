using Harper.Actors.Operations.Schema;
using Harper.Host.Schema;
using Harper.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Harper.Tests.Operations;

/// <summary>Proves R-SCH-10, R-SCH-11, R-SEL-04, R-SEL-05 and R-SEL-09: tables declared in GraphQL, and what they take.</summary>
public sealed class TypedTableSpecs : IAsyncLifetime
{
    private const string Schema = """
        type LocalTableForNode @table(replicate: false) {
          id: ID!
          name: String!
        }
        type Dog @table(table: "dogs", database: "dev", expiration: 3600) @export @sealed {
          id: Int @primaryKey
          name: String! @indexed
          weight: Float
          born: Date
          good: Boolean
          tags: [String]
          big: BigInt
          chip: Long
          updated: Float @updatedTime
        }
        type NoKey @table { name: String }
        type Nested { a: Int }
        """;

    private readonly OperationNode _node = new();
    private readonly string _components = Directory.CreateTempSubdirectory("harper-components-").FullName;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_components, "app"));
        await File.WriteAllTextAsync(Path.Combine(_components, "app", "schema.graphql"), Schema);
        Assert.Equal(2, await ApplyAsync());
    }

    [Fact]
    public async Task A_declared_table_should_show_what_was_declared()
    {
        var local = await _node.DoAsync("""{"operation":"describe_table","table":"LocalTableForNode"}""");
        Assert.Equal("id", local["primary_key"]!.GetValue<string>());
        Assert.False(local["replicate"]!.GetValue<bool>());
        var dogs = await _node.DoAsync("""{"operation":"describe_table","database":"dev","table":"dogs"}""");
        Assert.Equal("3600s", dogs["expiration"]!.GetValue<string>());
        Assert.True(dogs["sealed"]!.GetValue<bool>());
        Assert.Equal("""{"attribute":"updated","type":"Float","assigned_updated_time":true}""", dogs["attributes"]![8]!.ToJsonString());
    }

    [Fact]
    public async Task Applying_the_schema_again_should_change_nothing() => Assert.Equal(2, await ApplyAsync());

    [Theory]
    [InlineData("""{"id":1}""", "Property name is required (and not does not allow null values)")]
    [InlineData("""{"id":1,"name":null}""", "Property name is required (and not does not allow null values)")]
    [InlineData("""{"id":1,"name":7}""", "Value 7 in property name must be a string")]
    [InlineData("""{"id":1,"name":"a","weight":"heavy"}""", "Value \"heavy\" in property weight must be a number")]
    [InlineData("""{"id":1,"name":"a","good":"yes"}""", "Value \"yes\" in property good must be a boolean")]
    [InlineData("""{"id":1,"name":"a","born":"soon"}""", "Value \"soon\" in property born must be a Date")]
    [InlineData("""{"id":1,"name":"a","tags":"x"}""", "Value \"x\" in property tags must be an Array")]
    [InlineData("""{"id":1,"name":"a","tags":["x",1]}""", "Value 1 in property tags must be a string")]
    [InlineData("""{"id":1,"name":"a","big":1.5}""", "Value 1.5 in property big must be a bigint")]
    [InlineData("""{"id":1,"name":"a","chip":1e300}""", "Value 1e300 in property chip must be an integer (from -9007199254740992 to 9007199254740992)")]
    [InlineData("""{"id":1.5,"name":"a"}""", "Value 1.5 in property id must be an integer (from -2147483648 to 2147483647)")]
    [InlineData("""{"id":1,"name":"a","colour":"red"}""", "Property colour is not allowed")]
    [InlineData("""{"id":1,"name":7,"colour":"red"}""", "Value 7 in property name must be a string. Property colour is not allowed")]
    public async Task A_record_that_does_not_fit_should_be_refused(string record, string message)
    {
        var answered = await _node.CallAsync($$"""{"operation":"insert","database":"dev","table":"dogs","records":[{{record}}]}""");
        Assert.Equal((400, message), (answered.Status, answered.Error));
    }

    [Fact]
    public async Task A_record_that_fits_should_be_kept_as_what_it_is()
    {
        await _node.DoAsync("""
            {"operation":"insert","database":"dev","table":"dogs","records":[
              {"id":1,"name":"Penny","weight":1.5,"born":"2020-02-29","good":true,"tags":["a"],"big":"123456789012345678901234567890","chip":9007199254740992}]}
            """);
        var row = (await _node.DoAsync("""{"operation":"search_by_id","database":"dev","table":"dogs","ids":[1],"get_attributes":["*"]}"""))[0]!;
        Assert.Equal("2020-02-29T00:00:00.000Z", row["born"]!.GetValue<string>());
        Assert.Equal("123456789012345678901234567890", row["big"]!.ToJsonString());
        Assert.True(row["updated"]!.GetValue<double>() > 1.7e12);
    }

    [Fact]
    public async Task An_upsert_should_ask_for_required_attributes_only_of_new_records()
    {
        var answered = await _node.CallAsync("""{"operation":"upsert","database":"dev","table":"dogs","records":[{"id":2,"weight":1}]}""");
        Assert.Equal("Property name is required (and not does not allow null values)", answered.Error);
        await _node.DoAsync("""{"operation":"insert","database":"dev","table":"dogs","records":[{"id":2,"name":"x"}]}""");
        await _node.DoAsync("""{"operation":"upsert","database":"dev","table":"dogs","records":[{"id":2,"weight":1}]}""");
    }

    [Fact]
    public async Task Keys_of_an_Int_table_should_be_given_within_its_range()
    {
        var answer = await _node.DoAsync("""{"operation":"insert","database":"dev","table":"dogs","records":[{"name":"x"}]}""");
        Assert.InRange(answer["inserted_hashes"]![0]!.GetValue<double>(), 1, int.MaxValue);
    }

    [Fact]
    public async Task A_declared_table_that_is_not_sealed_should_take_more_than_was_declared()
    {
        await _node.DoAsync("""{"operation":"insert","table":"LocalTableForNode","records":[{"id":"1","name":"a","more":{"b":1}}]}""");
        var row = await _node.DoAsync("""{"operation":"search_by_id","table":"LocalTableForNode","ids":["1"],"get_attributes":["*"]}""");
        Assert.Equal("""[{"id":"1","name":"a","more":{"b":1}}]""", row.ToJsonString());
    }

    [Fact]
    public void What_cannot_be_a_table_should_be_said_with_its_place()
    {
        var reader = new GraphQlSchemaReader();
        Assert.Equal(["type NoKey: no field is marked @primaryKey, and there is no field 'id' to take its place"], reader.Read(Schema).Problems);
        Assert.StartsWith("line 1, column", Assert.Single(reader.Read("type A @table {").Problems), StringComparison.Ordinal);
        Assert.Single(reader.Read("type A @table { id: ID }\ntype B @table(table: \"A\") { id: ID }").Problems);
        Assert.Single(reader.Read("type A @table(database: \"a/b\") { id: ID }").Problems);
    }

    public ValueTask DisposeAsync()
    {
        _node.Dispose();
        Directory.Delete(_components, recursive: true);
        return ValueTask.CompletedTask;
    }

    private Task<int> ApplyAsync() => new ComponentSchemas(new GraphQlSchemaReader(), _node.Databases, NullLogger<ComponentSchemas>.Instance)
        .ApplyAsync(_components, TestContext.Current.CancellationToken);
}
