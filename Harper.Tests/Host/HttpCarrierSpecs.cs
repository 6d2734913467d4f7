using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>Proves R-OPS-01..09, 12 and the carrier's part of R-USR-01 over a real node: what an HTTP client of the operations port sees.</summary>
[Collection(ProcessCollection.Name)]
public sealed class HttpCarrierSpecs : IAsyncLifetime
{
    private readonly HostProcess _node = new("127.0.40.21");

    public async ValueTask InitializeAsync() => await _node.StartAndWaitAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task The_carrier_should_answer_in_the_originals_words()
    {
        await PathsAsync();
        await RefusalsAsync();
        await BodiesAsync();
        await new ContentTypeCarrier(_node).ProveAsync();
        await PreflightAsync();
        await UsersAsync();
        await OtherPortsAsync();
        await AdminAsync();
        await SocketAsync();
        await LargeAsync();
        await TooLargeAsync();
    }

    private async Task PathsAsync()
    {
        using var health = await _node.Client.GetAsync("health");
        Assert.Equal("HarperDB is running.", await health.Content.ReadAsStringAsync());
        Assert.Equal("text/plain", health.Content.Headers.ContentType!.MediaType);
        using var page = await _node.Client.GetAsync("");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        using var other = await _node.Client.GetAsync("nope");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        Assert.Equal("Not found\n", await other.Content.ReadAsStringAsync());
    }

    private async Task RefusalsAsync()
    {
        Assert.Equal((401, "Must login"), await ErrorAsync(null));
        Assert.Equal((401, "Login failed"), await ErrorAsync("Basic " + Convert.ToBase64String("admin:wrong"u8)));
        Assert.Equal((401, "Login failed"), await ErrorAsync("Basic " + Convert.ToBase64String("nobody:x"u8)));
        Assert.Equal((401, "Invalid character"), await ErrorAsync("Basic !!!"));
        Assert.Equal((401, "invalid token"), await ErrorAsync("Bearer abc"));
    }

    private async Task BodiesAsync()
    {
        Assert.Equal((400, "Body cannot be empty when content-type is set to 'application/json'"), Error(await _node.RunAsync("")));
        Assert.Equal((400, "Unexpected end of JSON input"), Error(await _node.RunAsync("{\"operation\":")));
        Assert.Equal((400, "Request body must include an 'operation' property."), Error(await _node.RunAsync("[1,2]")));
        Assert.Equal((400, "Operation 'frobnicate' not found"), Error(await _node.RunAsync(new { operation = "frobnicate" })));

        var (_, old) = await _node.RunAsync(new { operation = "registration_info" });
        Assert.True(old.GetProperty("deprecated").GetBoolean() && old.GetProperty("version").GetString()!.Length > 0);

        using var text = Request(new StringContent("hello", Encoding.UTF8, "text/plain"));
        using var refused = await _node.Client.SendAsync(text);
        using var body = JsonDocument.Parse(await refused.Content.ReadAsStringAsync());
        Assert.Equal("Bad Request", body.RootElement.GetProperty("error").GetString());

        using var zipped = Request(new ByteArrayContent([0x1F, 0x8B, 0x08]) { Headers = { ContentType = new("application/json"), ContentEncoding = { "gzip" } } });
        using var unzipped = await _node.Client.SendAsync(zipped);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, unzipped.StatusCode);
        Assert.Contains("send the body uncompressed", await unzipped.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var describe = Request(new StringContent("{\"operation\":\"describe_all\"}", Encoding.UTF8, "application/json"));
        using var answer = await _node.Client.SendAsync(describe);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("Origin", answer.Headers.Vary.ToString());
        Assert.StartsWith("db;dur=", answer.Headers.GetValues("server-timing").Single(), StringComparison.Ordinal);
    }

    private async Task PreflightAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "");
        request.Headers.Add("Origin", "http://example.test");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        using var answer = await _node.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("http://example.test", answer.Headers.GetValues("access-control-allow-origin").Single());
        Assert.Equal("POST, GET, PUT, DELETE, PATCH, OPTIONS", answer.Headers.GetValues("access-control-allow-methods").Single());
        Assert.Equal("Accept, Content-Type, Authorization", answer.Headers.GetValues("access-control-allow-headers").Single());
        Assert.Equal("true", answer.Headers.GetValues("access-control-allow-credentials").Single());
    }

    private async Task UsersAsync()
    {
        await _node.RunAsync(new { operation = "add_user", username = "bob", password = "pw", role = "super_user", active = true });
        Assert.Equal(200, (await _node.RunAsync(new { operation = "user_info" }, "bob", "pw")).Status);
        await _node.RunAsync(new { operation = "alter_user", username = "bob", active = false });
        Assert.Equal((401, "Cannot complete request: User is inactive"), Error(await _node.RunAsync(new { operation = "user_info" }, "bob", "pw")));
        await _node.RunAsync(new { operation = "alter_user", username = "bob", active = true, password = "other" });
        Assert.Equal((401, "Login failed"), Error(await _node.RunAsync(new { operation = "user_info" }, "bob", "pw")));
        Assert.Equal(200, (await _node.RunAsync(new { operation = "user_info" }, "bob", "other")).Status);
        await _node.RunAsync(new { operation = "drop_user", username = "bob" });
        Assert.Equal((401, "Login failed"), Error(await _node.RunAsync(new { operation = "user_info" }, "bob", "other")));
        Assert.DoesNotContain("pbkdf2", (await _node.RunAsync(new { operation = "list_users" })).Body.GetRawText(), StringComparison.Ordinal);
    }

    private async Task OtherPortsAsync()
    {
        using var rest = await _node.Client.GetAsync(new Uri($"http://{_node.Address}:9926/Dog/1"));
        Assert.Equal(HttpStatusCode.Unauthorized, rest.StatusCode);
        Assert.Equal("Basic", rest.Headers.WwwAuthenticate.ToString());
        Assert.Equal("\"AccessViolation: Must login\"", await rest.Content.ReadAsStringAsync());
        using var replication = await _node.Client.GetAsync(new Uri($"http://{_node.Address}:9933/"));
        Assert.Equal(HttpStatusCode.UpgradeRequired, replication.StatusCode);
    }

    private async Task AdminAsync()
    {
        using var nobody = await _node.Client.GetAsync("admin/actors");
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, "admin/actors");
        request.Headers.Authorization = HostProcess.Basic("admin", "Abc1234!");
        using var answer = await _node.Client.SendAsync(request);
        using var tree = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("NodeActor", tree.RootElement.GetProperty("kind").GetString());

        using var listen = new HttpRequestMessage(HttpMethod.Get, "admin/events");
        listen.Headers.Authorization = HostProcess.Basic("admin", "Abc1234!");
        using var events = await _node.Client.SendAsync(listen, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await events.Content.ReadAsStreamAsync());
        Assert.StartsWith(": ", await lines.ReadLineAsync(), StringComparison.Ordinal);
        await _node.RunAsync(new { operation = "create_table", database = "seen", table = "dog", primary_key = "id" });
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        while (await lines.ReadLineAsync(deadline.Token) is { } line)
            if (line.Contains("databases/seen", StringComparison.Ordinal)) return;
    }

    private async Task SocketAsync()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_node.Root, "operations-server")));
        var body = "{\"operation\":\"list_users\"}";
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        Assert.Contains("\"admin\"", await ReadAllAsync(socket), StringComparison.Ordinal);
    }

    /// <summary>Beyond 32 MiB a body is read from a file, which is gone afterwards.</summary>
    private async Task LargeAsync()
    {
        await _node.RunAsync(new { operation = "create_table", table = "large", primary_key = "id" });
        var text = new string('x', 7 << 20);
        var (status, body) = await _node.RunAsync(new { operation = "insert", table = "large", records = Enumerable.Range(1, 6).Select(id => new { id, text }) });
        Assert.True(status == 200, body.GetRawText());
        Assert.Equal(6, body.GetProperty("inserted_hashes").GetArrayLength());
        (_, body) = await _node.RunAsync(new { operation = "search_by_value", table = "large", attribute = "id", value = "*", get_attributes = new[] { "id" } });
        Assert.Equal(6, body.GetArrayLength());

        var csv = "id,text\n" + string.Concat(Enumerable.Range(10, 6).Select(id => $"{id},{text}\n"));
        (_, body) = await _node.RunAsync(new { operation = "csv_data_load", table = "large", data = csv });
        var job = body.GetProperty("job_id").GetString();
        await Wait.UntilAsync(async () => (await _node.RunAsync(new { operation = "get_job", id = job })).Body[0].GetProperty("status").GetString() == "COMPLETE", "the load ends");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_node.Root, "tmp")));
    }

    private async Task TooLargeAsync()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Parse(_node.Address), 9925);
        var credentials = HostProcess.Basic("admin", "Abc1234!").ToString();
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {credentials}\r\nContent-Type: application/json\r\nContent-Length: 2000000000\r\n\r\n{{"));
        var answer = await ReadAllAsync(socket);
        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("larger than 1 GB", answer, StringComparison.Ordinal);
    }

    private async Task<(int Status, string? Error)> ErrorAsync(string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await _node.Client.SendAsync(request);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return ((int)answer.StatusCode, body.RootElement.GetProperty("error").GetString());
    }

    private static HttpRequestMessage Request(HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = content };
        request.Headers.Authorization = HostProcess.Basic("admin", "Abc1234!");
        return request;
    }

    private static (int Status, string? Error) Error((int Status, JsonElement Body) answer) =>
        (answer.Status, answer.Body.TryGetProperty("error", out var error) ? error.GetString() : null);

    private static async Task<string> ReadAllAsync(Socket socket)
    {
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        var received = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, deadline.Token) is > 0 and var count) received.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // Cut after the answer: the rest of the body was not waited for.
        }
        return received.ToString();
    }
}
