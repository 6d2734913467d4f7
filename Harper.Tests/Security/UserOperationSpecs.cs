using System.Text.Json.Nodes;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Security;

/// <summary>Proves R-USR-01, 02, 05, 06, 07, 09 and R-OPS-05, 12 over a real node: users, roles, tokens, sessions and acting for others, as clients see them.</summary>
[Collection(ProcessCollection.Name)]
public sealed class UserOperationSpecs : IAsyncLifetime
{
    private const string Bob = "\"username\":\"bob\",\"password\":\"pw\"";
    private SecuredNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        _node = await SecuredNode.StartAsync("127.0.41.3");
        await _node.DoAsync("""{"operation":"create_table","database":"dev","table":"dog","primary_key":"id"}""");
        await _node.DoAsync("""{"operation":"insert","database":"dev","table":"dog","records":[{"id":1,"name":"P"}]}""");
        await _node.DoAsync("""{"operation":"add_role","role":"reader","permission":{"super_user":false,"dev":{"tables":{"dog":{"read":true,"insert":false,"update":false,"delete":false,"attribute_permissions":[]}}}}}""");
        await _node.DoAsync("""{"operation":"add_user","username":"bob","password":"pw","role":"reader","active":true}""");
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Users_roles_tokens_and_sessions_should_be_as_the_originals()
    {
        await RolesAsync();
        await UsersAsync();
        await TokensAsync();
        await SessionsAsync();
        await ActingAsync();
        await ChangesHoldAtOnceAsync();
        await SecretsStayAsync();
    }

    private async Task RolesAsync()
    {
        (string Permission, string[] Main, string[] OfDog)[] wrong =
        [
            ("""{"dev":{"tables":{"dog":{"read":true}}}}""", [], ["Missing table INSERT permission", "Missing table UPDATE permission", "Missing table DELETE permission", "Missing 'attribute_permissions' array"]),
            ("""{"super_user":true,"structure_user":true}""", ["Roles with 'super_user' set to true cannot have other permissions set."], []),
            ("""{"super_user":true,"cluster_user":true}""", ["Roles cannot have both 'super_user' and 'cluster_user' values included in their permissions set."], []),
            ("""{"super_user":"yes"}""", ["Value for 'super_user' permission must be a boolean"], []),
            ("""{"nodb":{"tables":{}}}""", ["database 'nodb' does not exist"], []),
            ("""{"dev":{"tables":{"notable":{}}}}""", ["Table 'dev.notable' does not exist"], []),
            ("""{"structure_user":"x"}""", ["Value for 'structure_user' permission must be a boolean or Array"], []),
            ("""{"structure_user":["nodb"]}""", ["database 'nodb' does not exist"], []),
            ("""{"operations":["read_only","frobnicate"]}""", ["operation 'frobnicate' does not exist"], []),
            ("""{"operations":["csv_file_load"]}""", ["operation 'csv_file_load' can only be called by 'super_user' roles: whoever calls it can become one"], []),
            ("""{"operations":["add_user"]}""", ["operation 'add_user' can only be called by 'super_user' roles: whoever calls it can become one"], []),
            (Dog("""{"attribute_name":"name","read":true}"""), [], ["INSERT attribute permission missing for 'name'", "UPDATE attribute permission missing for 'name'"]),
            (Dog("""{"attribute_name":"nope","read":true,"insert":false,"update":false}"""), [], ["Invalid attribute 'nope' in 'attribute_permissions'"]),
            (Dog("""{"attribute_name":"name","read":true,"insert":true,"update":false}"""), [], ["You have a conflict with TABLE permissions for 'dev.dog' being false and ATTRIBUTE permissions being true"]),
        ];
        foreach (var (permission, main, ofDog) in wrong)
        {
            var refused = await AsAdminAsync($$"""{"operation":"add_role","role":"wrong","permission":{{permission}}}""");
            Assert.Equal((400, "Errors in the role permissions JSON provided"), (refused.Status, refused.Error));
            Assert.Equal(main, refused.Body["main_permissions"]!.AsArray().Select(text => text!.GetValue<string>()));
            Assert.Equal(ofDog, (refused.Body["schema_permissions"]!["dev_dog"]?.AsArray() ?? []).Select(text => text!.GetValue<string>()));
        }
        Assert.Equal("""["Role can't be blank","Permission can't be blank"]""", Plain((await AsAdminAsync("""{"operation":"add_role"}""")).Body["main_permissions"]!));
        Assert.Equal(409, (await AsAdminAsync("""{"operation":"add_role","role":"reader","permission":{}}""")).Status);
        Assert.Equal((400, "Invalid role id"), Error(await AsAdminAsync("""{"operation":"alter_role","id":"zz","permission":{}}""")));
        Assert.Equal((409, "Cannot drop role reader as it has active user(s) tied to this role"), Error(await AsAdminAsync("""{"operation":"drop_role","id":"reader"}""")));
        Assert.Equal((404, "Role not found"), Error(await AsAdminAsync("""{"operation":"drop_role","id":"zz"}""")));
        await _node.DoAsync("""{"operation":"add_role","role":"tmp","permission":{"super_user":false}}""");
        Assert.Equal("other", (await _node.DoAsync("""{"operation":"alter_role","id":"tmp","role":"other","permission":{"cluster_user":true}}"""))["role"]!.GetValue<string>());
        Assert.Equal("other successfully deleted", (await _node.DoAsync("""{"operation":"drop_role","id":"tmp"}"""))["message"]!.GetValue<string>());
        Assert.Equal((409, "Cannot take 'super_user' from this role: no active user with a 'super_user' role would be left. Add another one first"),
            Error(await AsAdminAsync("""{"operation":"alter_role","id":"super_user","permission":{"super_user":false}}""")));

        static string Dog(string attribute) =>
            $$$"""{"dev":{"tables":{"dog":{"read":true,"insert":false,"update":false,"delete":false,"attribute_permissions":[{{{attribute}}}]} } } }""";
    }

    private async Task UsersAsync()
    {
        (string Body, int Status, string Error)[] wrong =
        [
            ("""{"operation":"add_user"}""", 400, "Username can't be blank,Password can't be blank,Role can't be blank,Active can't be blank"),
            ("""{"operation":"add_user","username":"x","password":"y","role":"reader","active":"x"}""", 400, "Active must be a boolean"),
            ("""{"operation":"add_user","username":"bob","password":"y","role":"reader","active":true}""", 409, "User bob already exists"),
            ("""{"operation":"add_user","username":"x","password":"y","role":"nope","active":true}""", 404, "nope role not found"),
            ("""{"operation":"alter_user"}""", 400, "username is required"),
            ("""{"operation":"alter_user","username":"bob"}""", 400, "nothing to update, must supply active, role or password to update"),
            ("""{"operation":"alter_user","username":"bob","role":"zz"}""", 404, "Update failed.  Requested 'zz' role not found."),
            ("""{"operation":"drop_user"}""", 400, "Username can't be blank"),
            ("""{"operation":"drop_user","username":"nobody"}""", 404, "User nobody does not exist"),
            ("""{"operation":"drop_user","username":"admin"}""", 409, "Cannot drop admin: no active user with a 'super_user' role would be left. Add another one first"),
            ("""{"operation":"alter_user","username":"admin","active":false}""", 409, "Cannot change admin: no active user with a 'super_user' role would be left. Add another one first"),
        ];
        foreach (var (body, status, error) in wrong) Assert.Equal((status, error), Error(await AsAdminAsync(body)));
        Assert.Equal("reader", (await _node.CallAsync("""{"operation":"user_info"}""", SecuredNode.Basic("bob", "pw"))).Body["role"]!["role"]!.GetValue<string>());
    }

    private async Task TokensAsync()
    {
        var (operation, refresh) = await TokensOfBobAsync();
        var info = """{"operation":"user_info"}""";
        foreach (var with in (string[])["Bearer " + operation, "Token " + operation, operation])
            Assert.Equal("bob", (await _node.CallAsync(info, with)).Body["username"]!.GetValue<string>());
        Assert.Equal((401, "invalid token"), Error(await _node.CallAsync(info, "Bearer " + refresh)));
        Assert.Equal((401, "Must login"), Error(await _node.CallAsync(info, "Foo bar")));
        Assert.Equal((401, "invalid token"), Error(await _node.CallAsync(info, "Bearer ")));
        var parts = operation.Split('.');
        foreach (var forged in (string[])[Altered(parts), $"{Encode("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.", $"{Encode("""{"alg":"HS256","typ":"JWT"}""")}.{parts[1]}.{parts[2]}"])
            Assert.Equal((401, "invalid token"), Error(await _node.CallAsync(info, "Bearer " + forged)));

        const string again = """{"operation":"refresh_operation_token"}""";
        Assert.True((await _node.CallAsync(again, "Bearer " + refresh)).Body["operation_token"] is not null);
        Assert.Equal(200, (await _node.CallAsync($$"""{"operation":"refresh_operation_token","refresh_token":"{{refresh}}"}""", null)).Status);
        Assert.Equal((401, "Must login"), Error(await _node.CallAsync(again, null)));
        Assert.Equal((400, "'refresh_token' is required"), Error(await _node.CallAsync(again, SecuredNode.Basic("bob", "pw"))));
        Assert.Equal((401, "invalid token"), Error(await _node.CallAsync($$"""{"operation":"refresh_operation_token","refresh_token":"{{operation}}"}""", null)));
        var (_, newer) = await TokensOfBobAsync();
        Assert.Equal((401, "invalid token"), Error(await _node.CallAsync(again, "Bearer " + refresh)));
        Assert.Equal(200, (await _node.CallAsync(again, "Bearer " + newer)).Status);

        Assert.Equal((401, "invalid credentials"), Error(await _node.CallAsync("""{"operation":"create_authentication_tokens","username":"bob","password":"no"}""", null)));
        Assert.Equal((401, "Must login"), Error(await _node.CallAsync("""{"operation":"create_authentication_tokens"}""", null)));
        Assert.Equal(200, (await _node.CallAsync("""{"operation":"create_authentication_tokens"}""", SecuredNode.Basic("bob", "pw"))).Status);
        var ofApplication = await _node.CallAsync($$"""{"operation":"create_authentication_tokens",{{Bob}},"role":"app"}""", null);
        Assert.Equal((401, "invalid token"), Error(await _node.CallAsync(info, "Bearer " + ofApplication.Body["operation_token"])));
        Assert.Equal(400, (await _node.CallAsync($$"""{"operation":"create_authentication_tokens",{{Bob}},"expires_in":"zz"}""", null)).Status);
        var brief = (await _node.CallAsync($$"""{"operation":"create_authentication_tokens",{{Bob}},"expires_in":"1s"}""", null)).Body["operation_token"]!.GetValue<string>();
        await Wait.UntilAsync(async () => Error(await _node.CallAsync(info, "Bearer " + brief)) == (401, "token expired"), "the token expires");
        foreach (var name in (string[])[".jwtPrivate.key", ".jwtPublic.key", ".jwtPass"])
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(_node.Root, "keys", name)) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), name);
    }

    private async Task SessionsAsync()
    {
        var info = """{"operation":"user_info"}""";
        var begun = await _node.CallAsync($$"""{"operation":"login",{{Bob}}}""", null);
        Assert.Equal("Login successful", begun.Body["message"]!.GetValue<string>());
        Assert.StartsWith("127_0.41.3:9925-hdb-session=", begun.SetCookie, StringComparison.Ordinal);
        Assert.Contains("HttpOnly; SameSite=Lax", begun.SetCookie, StringComparison.Ordinal);
        Assert.Equal("bob", (await _node.CallAsync(info, begun.Cookie)).Body["username"]!.GetValue<string>());
        Assert.Equal((401, "Login failed"), Error(await _node.CallAsync("""{"operation":"login","username":"bob","password":"no"}""", null)));
        Assert.Equal((401, "Login failed"), Error(await _node.CallAsync("""{"operation":"login"}""", null)));
        Assert.Equal((401, "Must login"), Error(await _node.CallAsync(info, "127_0.41.3:9925-hdb-session=cf65847e-496d-4745-a95c-9323d4b23909")));
        // Who reads the table of sessions cannot take one over.
        var rows = await _node.DoAsync("""{"operation":"search_by_value","database":"system","table":"hdb_session","attribute":"id","value":"*","get_attributes":["*"]}""");
        Assert.DoesNotContain(begun.Cookie.Split('=')[1], rows.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("Logout successful", (await _node.CallAsync("""{"operation":"logout"}""", begun.Cookie)).Body["message"]!.GetValue<string>());
        Assert.Equal((401, "Must login"), Error(await _node.CallAsync(info, begun.Cookie)));
        Assert.Equal(200, (await _node.CallAsync("""{"operation":"logout"}""", null)).Status);
    }

    private async Task ActingAsync()
    {
        const string read = "\"operation\":\"search_by_id\",\"database\":\"dev\",\"table\":\"dog\",\"ids\":[1],\"get_attributes\":[\"*\"]";
        const string list = "\"operation\":\"list_users\"";
        await _node.DoAsync("""{"operation":"add_user","username":"other","password":"pw","role":"super_user","active":true}""");
        foreach (var who in (string[])["""{"username":"bob"}""", """{"role_name":"reader"}"""])
        {
            Assert.Equal(200, (await AsAdminAsync($$"""{{{read}},"impersonate":{{who}}}""")).Status);
            Assert.Equal(403, (await AsAdminAsync($$"""{{{list}},"impersonate":{{who}}}""")).Status);
        }
        // Never a super_user, not even when one is acted for or asked for by name.
        foreach (var who in (string[])["""{"username":"other"}""", """{"role_name":"super_user"}""", """{"role":{"permission":{"super_user":true}}}"""])
            foreach (var call in (string[])[list, read, "\"operation\":\"create_authentication_tokens\"", "\"operation\":\"user_info\",\"impersonate\":{}"])
                if (!call.Contains("user_info", StringComparison.Ordinal)) Assert.Equal(403, (await AsAdminAsync($$"""{{{call}},"impersonate":{{who}}}""")).Status);
        Assert.Equal(403, (await AsAdminAsync("""{"operation":"login","username":"other","password":"pw","impersonate":{"username":"bob"}}""")).Status);
        Assert.Equal(404, (await AsAdminAsync($$"""{{{list}},"impersonate":{"username":"nobody"} }""")).Status);
        Assert.Equal(404, (await AsAdminAsync($$"""{{{list}},"impersonate":{"role_name":"nobody"} }""")).Status);
        Assert.Equal(400, (await AsAdminAsync($$"""{{{list}},"impersonate":"bob"}""")).Status);
        Assert.Equal(403, (await _node.CallAsync($$"""{{{read}},"impersonate":{"username":"admin"} }""", SecuredNode.Basic("bob", "pw"))).Status);
    }

    private async Task ChangesHoldAtOnceAsync()
    {
        var (operation, refresh) = await TokensOfBobAsync();
        var cookie = (await _node.CallAsync($$"""{"operation":"login",{{Bob}}}""", null)).Cookie;
        string[] ways = ["Bearer " + operation, cookie, SecuredNode.Basic("bob", "pw")];
        const string read = """{"operation":"search_by_id","database":"dev","table":"dog","ids":[1],"get_attributes":["*"]}""";
        foreach (var way in ways) Assert.Equal(200, (await _node.CallAsync(read, way)).Status);
        await _node.DoAsync("""{"operation":"alter_role","id":"reader","permission":{"super_user":false}}""");
        foreach (var way in ways) Assert.Equal(403, (await _node.CallAsync(read, way)).Status);
        await _node.DoAsync("""{"operation":"alter_user","username":"bob","active":false}""");
        foreach (var way in ways) Assert.Equal(401, (await _node.CallAsync(read, way)).Status);
        Assert.Equal((401, "Cannot complete request: User is inactive"), Error(await _node.CallAsync($$"""{"operation":"login",{{Bob}}}""", null)));
        await _node.DoAsync("""{"operation":"alter_user","username":"bob","active":true,"password":"new"}""");
        foreach (var way in ways) Assert.Equal(401, (await _node.CallAsync(read, way)).Status);
        Assert.Equal((401, "invalid token"), Error(await _node.CallAsync("""{"operation":"refresh_operation_token"}""", "Bearer " + refresh)));
        // A user of the same name is another one.
        await _node.DoAsync("""{"operation":"drop_user","username":"bob"}""");
        await _node.DoAsync("""{"operation":"add_user","username":"bob","password":"pw","role":"reader","active":true}""");
        foreach (var way in ways[..2]) Assert.Equal(401, (await _node.CallAsync(read, way)).Status);
    }

    private async Task SecretsStayAsync()
    {
        foreach (var body in (string[])["""{"operation":"list_users"}""", """{"operation":"search_by_value","database":"system","table":"hdb_user","attribute":"username","value":"*","get_attributes":["*"]}"""])
        {
            var shown = (await _node.DoAsync(body)).ToJsonString();
            foreach (var secret in (string[])["pbkdf2-sha512$", "refresh_token", "\"password\""]) Assert.DoesNotContain(secret, shown, StringComparison.Ordinal);
        }
    }

    private async Task<(string Operation, string Refresh)> TokensOfBobAsync()
    {
        var made = await _node.CallAsync($$"""{"operation":"create_authentication_tokens",{{Bob}}}""", null);
        Assert.Equal(200, made.Status);
        return (made.Body["operation_token"]!.GetValue<string>(), made.Body["refresh_token"]!.GetValue<string>());
    }

    private Task<NodeAnswer> AsAdminAsync(string body) => _node.CallAsync(body, SecuredNode.Basic("admin"));

    private static (int, string?) Error(NodeAnswer answer) => (answer.Status, answer.Error);

    private static string Plain(JsonNode node) => node.ToJsonString().Replace("\\u0027", "'", StringComparison.Ordinal);

    private static string Altered(string[] token)
    {
        var payload = System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token[1]));
        return $"{token[0]}.{Encode(payload.Replace("\"bob\"", "\"admin\"", StringComparison.Ordinal))}.{token[2]}";
    }

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(text));
}
