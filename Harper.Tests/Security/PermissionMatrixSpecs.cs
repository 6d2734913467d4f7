using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Harper.Actors.Operations;
using Harper.Actors.Operations.Permissions;
using Harper.Core.Operations;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Security;

/// <summary>
/// Proves R-USR-03, R-USR-04, R-INS-05, R-OPS-11 and invariant 9 for every operation of the catalogue, every kind of role and every way in: what nobody wrote down
/// as allowed is denied. An operation that is new is a super_user's, or a spec here fails until it is written down who else may call it.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class PermissionMatrixSpecs : IAsyncLifetime
{
    /// <summary>A call of each operation that roles may allow, on <c>dev.dog</c>.</summary>
    private static readonly Dictionary<string, string> Calls = new()
    {
        ["describe_all"] = "{}",
        ["describe_database"] = """{"database":"dev"}""",
        ["describe_table"] = """{"database":"dev","table":"dog"}""",
        ["search_by_id"] = """{"database":"dev","table":"dog","ids":[1],"get_attributes":["*"]}""",
        ["search_by_value"] = """{"database":"dev","table":"dog","attribute":"id","value":"*","get_attributes":["name"]}""",
        ["search_by_conditions"] = """{"database":"dev","table":"dog","conditions":[{"attribute":"secret","comparator":"equals","value":"x"}]}""",
        ["insert"] = """{"database":"dev","table":"dog","records":[{"id":1,"name":"again"}]}""",
        ["update"] = """{"database":"dev","table":"dog","records":[{"id":1,"name":"Penny"}]}""",
        ["upsert"] = """{"database":"dev","table":"dog","records":[{"id":1,"name":"Penny"}]}""",
        ["delete"] = """{"database":"dev","table":"dog","ids":[77]}""",
        ["transaction"] = """{"database":"dev","operations":[{"operation":"insert","table":"dog","records":[{"id":1}]},{"operation":"update","table":"dog","records":[{"id":1,"secret":"x"}]}]}""",
        ["csv_data_load"] = """{"database":"dev","table":"dog","data":"id,name\n1,again\n"}""",
        ["create_attribute"] = """{"database":"dev","table":"dog","attribute":"secret"}""",
        ["create_table"] = """{"database":"dev","table":"dog","primary_key":"id"}""",
        ["drop_table"] = """{"database":"dev","table":"missing"}""",
        ["drop_attribute"] = """{"database":"dev","table":"dog","attribute":"missing"}""",
        ["create_database"] = """{"database":"dev"}""",
        ["drop_database"] = """{"database":"missing"}""",
        ["get_job"] = """{"id":"none"}""",
        ["user_info"] = "{}",
    };

    /// <summary>What nodes ask of each other; and what they ask for an operator's sake, who was checked where the call came in.</summary>
    private static readonly string[] ForNodes = ["add_node_back", "remove_node_back", "range_digest", "exchange_rows", "sign_certificate"];

    private static readonly string[] Open = ["create_authentication_tokens", "refresh_operation_token", "login", "logout"];

    private SecuredNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        _node = await SecuredNode.StartAsync("127.0.41.2");
        foreach (var (database, table) in ((string, string)[])[("dev", "dog"), ("dev", "cat"), ("other", "thing")])
            await _node.DoAsync($$"""{"operation":"create_table","database":"{{database}}","table":"{{table}}","primary_key":"id"}""");
        await _node.DoAsync("""{"operation":"insert","database":"dev","table":"dog","records":[{"id":1,"name":"Penny","secret":"x"}]}""");
        foreach (var role in RoleKinds.All)
        {
            await _node.DoAsync($$"""{"operation":"add_role","role":"{{role.Name}}","permission":{{role.Permission}}}""");
            await _node.DoAsync($$"""{"operation":"add_user","role":"{{role.Name}}","username":"{{role.Name}}","password":"{{SecuredNode.Password}}","active":true}""");
        }
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Every_operation_should_be_denied_to_every_role_on_every_way_in_unless_it_is_written_down()
    {
        EveryOperationIsKnown();
        foreach (var role in RoleKinds.All)
        {
            var ways = await WaysAsync(role);
            foreach (var entry in _node.Operations.Catalog.Entries)
            {
                if (entry.Access == OperationAccess.Open) continue;
                foreach (var (way, call) in ways)
                {
                    var answer = await call(Body(entry.Name));
                    Assert.True(
                        answer.IsDenied != role.Allows(entry.Name),
                        $"{entry.Name} as {role.Name} by {way}: {answer.Status} {answer.Body.ToJsonString()}");
                }
            }
        }
        await NobodyAsync();
        await NodesAsync();
        await DroppedRoleAsync();
    }

    private void EveryOperationIsKnown()
    {
        foreach (var entry in _node.Operations.Catalog.Entries)
        {
            var known = entry.Access switch
            {
                OperationAccess.SuperUser => true,
                OperationAccess.User => entry.Demand is not null && Calls.ContainsKey(entry.Name),
                OperationAccess.Anyone => RoleKinds.Everybody.Contains(entry.Name),
                OperationAccess.Node => ForNodes.Contains(entry.Name),
                _ => Open.Contains(entry.Name),
            };
            Assert.True(known, $"{entry.Name} is open to more than super_users: write down here who may call it");
        }
    }

    /// <summary>Basic, token and session over HTTP; and, inside the carrier, an operation sent over a socket, a job, and somebody who acts for such a user.</summary>
    private async Task<List<(string Way, Func<string, Task<NodeAnswer>> Call)>> WaysAsync(RoleKind role)
    {
        var basic = SecuredNode.Basic(role.Name);
        var credentials = $$"""{"username":"{{role.Name}}","password":"{{SecuredNode.Password}}",""";
        var tokens = await _node.CallAsync(credentials + "\"operation\":\"create_authentication_tokens\"}", null);
        var session = await _node.CallAsync(credentials + "\"operation\":\"login\"}", null);
        var permission = Harper.Core.Permissions.RolePermissionReader.Read(JsonDocument.Parse(role.Permission).RootElement);
        var caller = new Caller(role.Name, SuperUser: false) { Role = permission };
        return
        [
            ("Basic", body => _node.CallAsync(body, basic)),
            ("token", body => _node.CallAsync(body, "Bearer " + tokens.Body["operation_token"]!.GetValue<string>())),
            ("session", body => _node.CallAsync(body, session.Cookie)),
            ("socket", body => RunAsync(body, caller, CallOrigin.Socket)),
            ("job", body => RunAsync(body, caller, CallOrigin.Job)),
            ("acting", body => RunAsync(Acting(body, role), OperationNode.Admin, CallOrigin.Http)),
            ("with internal flags", body => _node.CallAsync(Flagged(body), basic)),
        ];
    }

    private async Task NobodyAsync()
    {
        foreach (var entry in _node.Operations.Catalog.Entries)
        {
            var answer = await _node.CallAsync(Body(entry.Name), null);
            if (entry.Name is "logout") continue;
            Assert.True(answer.Status == 401, $"{entry.Name} as nobody: {answer.Status} {answer.Body.ToJsonString()}");
            Assert.True(entry.Access == OperationAccess.Open || (await RunAsync(Body(entry.Name), Caller.Nobody, CallOrigin.Http)).Status == 401, entry.Name);
        }
    }

    /// <summary>A peer that is a node runs what nodes run on each other and what is forwarded, and nothing else: it makes no accounts here.</summary>
    private async Task NodesAsync()
    {
        var peer = new Caller(null, SuperUser: true, "127.0.41.9");
        var gate = new RolePermissions(new MemoryDatabases(new Harper.Core.Identity.NodeName("127.0.41.2")), users: null);
        foreach (var entry in _node.Operations.Catalog.Entries)
        {
            var allowed = entry.Access == OperationAccess.Node || entry.Forwardable || entry.Name is "get_job" or "user_info";
            var call = new OperationCall(entry.Name, OperationFields.ParseBody(Encoding.UTF8.GetBytes(Body(entry.Name))), peer, CallOrigin.Socket);
            Assert.True(gate.Check(entry, call) is null == allowed, $"{entry.Name} from a node");
            if (!allowed) Assert.True((await RunAsync(Body(entry.Name), peer, CallOrigin.Socket)).IsDenied, entry.Name);
        }
        foreach (var name in (string[])["add_user", "alter_user", "add_role", "insert", "search_by_value", "login", "get_configuration"])
            Assert.True((await RunAsync(Body(name), peer, CallOrigin.Socket)).IsDenied, $"{name} from a node");
        foreach (var body in (string[])
        [
            """{"operation":"add_certificate","name":"theirs","certificate":"x","is_authority":true,"uses":["operations"]}""", """{"operation":"set_configuration","authentication_authorizeLocal":true}""",
        ])
            Assert.True((await RunAsync(body, peer, CallOrigin.Socket)).IsDenied, $"{body} from a node");
        Assert.Equal(403, (await RunAsync("""{"operation":"user_info","impersonate":{"username":"admin"}}""", peer, CallOrigin.Socket)).Status);
    }

    private async Task DroppedRoleAsync()
    {
        await _node.DoAsync("""{"operation":"add_role","role":"gone","permission":{"super_user":false,"structure_user":true}}""");
        await _node.DoAsync($$"""{"operation":"add_user","role":"gone","username":"left","password":"{{SecuredNode.Password}}","active":true}""");
        await _node.DoAsync("""{"operation":"delete","database":"system","table":"hdb_role","ids":["gone"]}""");
        foreach (var name in Calls.Keys.Except(RoleKinds.Everybody))
            Assert.True((await _node.CallAsync(Body(name), SecuredNode.Basic("left"))).IsDenied, $"{name} of a user without a role");
    }

    private async Task<NodeAnswer> RunAsync(string body, Caller caller, CallOrigin origin)
    {
        var answer = await _node.Operations.RunAsync(Encoding.UTF8.GetBytes(body), caller, origin, TestContext.Current.CancellationToken);
        using var stream = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(stream)) await answer.WriteToAsync(writer, TestContext.Current.CancellationToken);
        return new NodeAnswer(answer.Status, JsonNode.Parse(stream.ToArray())!, null);
    }

    private static string Body(string operation)
    {
        var body = JsonNode.Parse(Calls.GetValueOrDefault(operation, "{}"))!.AsObject();
        body["operation"] = operation;
        return body.ToJsonString();
    }

    private static string Acting(string body, RoleKind role)
    {
        var acting = JsonNode.Parse(body)!.AsObject();
        acting["impersonate"] = new JsonObject { ["username"] = role.Name };
        return acting.ToJsonString();
    }

    private static string Flagged(string body)
    {
        var flagged = JsonNode.Parse(body)!.AsObject();
        flagged["bypass_auth"] = true;
        flagged["hdb_user"] = JsonNode.Parse("""{"username":"admin","role":{"permission":{"super_user":true}}}""");
        flagged["parsed_sql_object"] = new JsonObject { ["permissions_checked"] = true };
        return flagged.ToJsonString();
    }
}
