using System.Text.Json;
using System.Text.Json.Nodes;
using Harper.Actors.Operations;
using Harper.Core.Permissions;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Security;

/// <summary>Proves R-USR-03, R-USR-04 and D38 against what 4.7.29 was heard to answer to users with roles: bodies word for word, reads narrowed to what a role may see.</summary>
public sealed class PermissionSpecs : IDisposable
{
    private readonly OperationNode _node = new();

    public PermissionSpecs()
    {
        foreach (var (database, table) in ((string, string)[])[("dev", "dog"), ("dev", "cat"), ("other", "thing")])
            _node.DoAsync($$"""{"operation":"create_table","database":"{{database}}","table":"{{table}}","primary_key":"id"}""").GetAwaiter().GetResult();
        _node.DoAsync("""{"operation":"insert","database":"dev","table":"dog","records":[{"id":1,"name":"P","age":3,"secret":"x"},{"id":2,"name":"Q","age":4,"secret":"y"}]}""")
            .GetAwaiter().GetResult();
    }

    private const string Dog = "\"database\":\"dev\",\"table\":\"dog\"";

    private static readonly Caller Reader = With(
        """{"super_user":false,"dev":{"tables":{"dog":{"read":true,"insert":false,"update":false,"delete":false,"attribute_permissions":[]}}}}""");

    private static readonly Caller Named = With("""
        {"super_user":false,"dev":{"tables":{
        "dog":{"read":true,"insert":true,"update":true,"delete":false,"attribute_permissions":[
            {"attribute_name":"name","read":true,"insert":true,"update":false},{"attribute_name":"age","read":true,"insert":true,"update":true}]},
        "cat":{"read":false,"insert":false,"update":false,"delete":false,"attribute_permissions":[]}}}}
        """);

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData("reader", $$"""{"operation":"insert",{{Dog}},"records":[{"id":5}]}""", """{"unauthorized_access":[{"schema":"dev","table":"dog","required_table_permissions":["insert"],"required_attribute_permissions":[]}],"invalid_schema_items":[]}""")]
    [InlineData("reader", $$"""{"operation":"upsert",{{Dog}},"records":[{"id":5}]}""", """{"unauthorized_access":[{"schema":"dev","table":"dog","required_table_permissions":["insert","update"],"required_attribute_permissions":[]}],"invalid_schema_items":[]}""")]
    [InlineData("reader", """{"operation":"search_by_id","database":"dev","table":"zzz","ids":[1],"get_attributes":["*"]}""", """{"unauthorized_access":[],"invalid_schema_items":["Table 'dev.zzz' does not exist"]}""")]
    [InlineData("reader", """{"operation":"search_by_id","database":"other","table":"thing","ids":[1],"get_attributes":["*"]}""", """{"unauthorized_access":[],"invalid_schema_items":["database 'other' does not exist"]}""")]
    [InlineData("reader", """{"operation":"describe_table","database":"dev","table":"cat"}""", """{"unauthorized_access":[],"invalid_schema_items":["Table 'dev.cat' does not exist"]}""")]
    [InlineData("reader", """{"operation":"describe_database","database":"system"}""", """{"unauthorized_access":["Your role does not have permission to view database metadata for 'system'"],"invalid_schema_items":[]}""")]
    [InlineData("reader", """{"operation":"search_by_value","database":"system","table":"hdb_user","attribute":"username","value":"*"}""", """{"unauthorized_access":[{"schema":"system","table":"hdb_user","required_table_permissions":["read"],"required_attribute_permissions":[]}],"invalid_schema_items":[]}""")]
    [InlineData("reader", """{"operation":"create_database","database":"new"}""", """{"unauthorized_access":["Operation 'createSchema' is restricted to 'super_user' roles"],"invalid_schema_items":[]}""")]
    [InlineData("reader", $$"""{"operation":"create_attribute",{{Dog}},"attribute":"new"}""", """{"unauthorized_access":[{"schema":"dev","table":"dog","required_table_permissions":["insert"],"required_attribute_permissions":[]}],"invalid_schema_items":[]}""")]
    [InlineData("named", $$"""{"operation":"update",{{Dog}},"records":[{"id":1,"name":"n"}]}""", """{"unauthorized_access":[{"schema":"dev","table":"dog","required_table_permissions":[],"required_attribute_permissions":[{"attribute_name":"name","required_permissions":["update"]}]}],"invalid_schema_items":[]}""")]
    [InlineData("named", $$"""{"operation":"insert",{{Dog}},"records":[{"id":9,"secret":"n"}]}""", """{"unauthorized_access":[],"invalid_schema_items":["Attribute 'secret' does not exist on 'dev.dog'"]}""")]
    [InlineData("named", $$"""{"operation":"search_by_value",{{Dog}},"attribute":"secret","value":"x","get_attributes":["id"]}""", """{"unauthorized_access":[],"invalid_schema_items":["Attribute 'secret' does not exist on 'dev.dog'"]}""")]
    [InlineData("named", $$"""{"operation":"search_by_conditions",{{Dog}},"conditions":[{"conditions":[{"search_attribute":"secret","search_type":"equals","search_value":"x"}]}]}""", """{"unauthorized_access":[],"invalid_schema_items":["Attribute 'secret' does not exist on 'dev.dog'"]}""")]
    [InlineData("named", $$"""{"operation":"search_by_value",{{Dog}},"attribute":"id","value":"*","sort":{"attribute":"age","next":{"attribute":"secret"} } }""", """{"unauthorized_access":[],"invalid_schema_items":["Attribute 'secret' does not exist on 'dev.dog'"]}""")]
    [InlineData("named", $$"""{"operation":"search_by_id",{{Dog}},"ids":[1],"get_attributes":["id","name","secret"]}""", """{"unauthorized_access":[],"invalid_schema_items":["Attribute 'secret' does not exist on 'dev.dog'"]}""")]
    [InlineData("ofdev", """{"operation":"create_table","database":"other","table":"t","primary_key":"id"}""", """{"unauthorized_access":["User does not have access to perform 'create_table' against schema 'other'"],"invalid_schema_items":[]}""")]
    [InlineData("ofdev", """{"operation":"drop_database","database":"dev"}""", """{"unauthorized_access":["Operation 'dropSchema' is restricted to 'super_user' roles"],"invalid_schema_items":[]}""")]
    public async Task A_refusal_should_say_what_is_missing_in_the_originals_form(string who, string body, string lists)
    {
        var answered = await _node.CallAsync(body, who switch { "reader" => Reader, "named" => Named, _ => With("""{"super_user":false,"structure_user":["dev"]}""") });
        Assert.Equal((403, "This operation is not authorized due to role restrictions and/or invalid database items"), (answered.Status, answered.Error));
        var rest = answered.Body!.AsObject();
        rest.Remove("error");
        Assert.Equal(lists, rest.ToJsonString().Replace("\\u0027", "'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData($$"""{"operation":"search_by_id",{{Dog}},"ids":[1],"get_attributes":["*"]}""", """[{"id":1,"name":"P","age":3}]""")]
    [InlineData($$"""{"operation":"search_by_value",{{Dog}},"attribute":"name","value":"*"}""", """[{"id":1,"name":"P","age":3},{"id":2,"name":"Q","age":4}]""")]
    [InlineData($$"""{"operation":"search_by_conditions",{{Dog}},"conditions":[{"attribute":"age","comparator":"greater_than","value":3}]}""", """[{"id":2,"name":"Q","age":4}]""")]
    public async Task A_search_should_show_only_the_attributes_that_the_role_may_read(string body, string expected)
    {
        var answered = await _node.CallAsync(body, Named);
        Assert.Equal(200, answered.Status);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), answered.Body), answered.Body!.ToJsonString());
    }

    [Fact]
    public async Task A_description_should_show_only_what_the_role_may_see()
    {
        var all = (await _node.CallAsync("""{"operation":"describe_all"}""", Named)).Body!;
        Assert.Equal(["dev"], all.AsObject().Select(item => item.Key));
        Assert.Equal(["dog"], all["dev"]!.AsObject().Select(item => item.Key));
        Assert.Equal(["id", "name", "age"], all["dev"]!["dog"]!["attributes"]!.AsArray().Select(item => item!["attribute"]!.GetValue<string>()));
        var whole = (await _node.CallAsync("""{"operation":"describe_table","database":"dev","table":"dog"}""", Reader)).Body!;
        Assert.Contains("secret", whole["attributes"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("{}", (await _node.CallAsync("""{"operation":"describe_all"}""", With("""{"super_user":false}"""))).Body!.ToJsonString());
    }

    [Fact]
    public async Task A_write_should_need_a_grant_for_each_attribute_of_each_step()
    {
        Assert.Equal(200, (await _node.CallAsync($$"""{"operation":"insert",{{Dog}},"records":[{"id":7,"name":"n","age":1}]}""", Named)).Status);
        Assert.Equal(200, (await _node.CallAsync($$"""{"operation":"update",{{Dog}},"records":[{"id":1,"age":9}]}""", Named)).Status);
        const string steps = """{"operation":"transaction","database":"dev","operations":[{"operation":"update","table":"dog","records":[{"id":1,"age":5}]},{"operation":"delete","table":"dog","ids":[2]}]}""";
        Assert.Equal(403, (await _node.CallAsync(steps, Named)).Status);
        Assert.Equal(2, (await _node.DoAsync($$"""{"operation":"search_by_id",{{Dog}},"ids":[2],"get_attributes":["id"]}"""))[0]!["id"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("""{"dev":{"tables":{"dog":{"read":true,"attribute_permissions":"all"}}}}""")]
    [InlineData("""{"dev":{"tables":{"dog":{"read":"true"}}}}""")]
    [InlineData("""{"dev":{"tables":["dog"]}}""")]
    [InlineData("""{"dev":"all"}""")]
    [InlineData("""{"super_user":"true"}""")]
    [InlineData("""{"structure_user":"true"}""")]
    [InlineData("\"super_user\"")]
    [InlineData("null")]
    public async Task A_role_that_somebody_wrote_by_hand_and_that_is_unclear_should_allow_nothing(string permission) =>
        Assert.Equal(403, (await _node.CallAsync($$"""{"operation":"search_by_id",{{Dog}},"ids":[1],"get_attributes":["*"]}""", With(permission))).Status);

    [Fact]
    public void An_attribute_should_never_be_granted_more_than_its_table()
    {
        var role = Read("""{"dev":{"tables":{"dog":{"read":false,"insert":true,"attribute_permissions":[{"attribute_name":"name","read":true,"insert":true}]}}}}""");
        var table = role.On(new("dev"), new("dog"));
        Assert.False(table.MayRead("name", isKey: false));
        Assert.Equal(Grants.None, table.Missing("name", isKey: false, Grants.Insert));
    }

    private static Caller With(string permission) => new("bob", SuperUser: false) { Role = Read(permission) };

    private static RolePermission Read(string permission) => RolePermissionReader.Read(JsonDocument.Parse(permission).RootElement);
}
