using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Harper.Actors.Operations;
using Harper.Host.Composition;
using Harper.Host.Configuration;
using Xunit;

namespace Harper.Tests.Support;

/// <summary>A whole node in this process: the real composition, store and listeners on a loopback address of its own, with the catalogue in reach.</summary>
internal sealed class SecuredNode : IAsyncDisposable
{
    public const string Password = "Abc1234!";
    private readonly TemporaryFolder _folder;
    private readonly HarperHost _host;
    private readonly HttpClient _client;

    private SecuredNode(TemporaryFolder folder, HarperHost host, HttpClient client) => (_folder, _host, _client) = (folder, host, client);

    public OperationDispatcher Operations => _host.Operations!;

    public string Root => _host.Config.RootPath;

    public static async Task<SecuredNode> StartAsync(string address, params (string Key, string Value)[] settings)
    {
        var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string>
        {
            ["ROOTPATH"] = folder.Below("hdb"), ["HDB_ADMIN_USERNAME"] = "admin", ["HDB_ADMIN_PASSWORD"] = Password, ["NODE_HOSTNAME"] = address,
            ["OPERATIONSAPI_NETWORK_DOMAINSOCKET"] = "null", ["REPLICATION_PORT"] = "9933",
        };
        foreach (var (key, value) in settings) environment[key] = value;
        var host = await HarperHost.StartAsync(new HarperConfigLoader(environment, []), TextWriter.Null, TextWriter.Null, default);
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri($"http://{address}:9925/"), Timeout = Wait.Deadline };
        return new SecuredNode(folder, host, client);
    }

    public static string Basic(string user, string password = Password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    /// <param name="with">An Authorization header, or a cookie when it has an equals sign before any space; null: nothing.</param>
    public async Task<NodeAnswer> CallAsync(string body, string? with)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (with is not null) request.Headers.TryAddWithoutValidation(with.Contains("-hdb-session=", StringComparison.Ordinal) ? "Cookie" : "Authorization", with);
        using var answer = await _client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var cookie = answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Single() : null;
        return new NodeAnswer((int)answer.StatusCode, JsonNode.Parse(text)!, cookie);
    }

    /// <summary>As the administrator; fails the spec when the answer is not 200.</summary>
    public async Task<JsonNode> DoAsync(string body)
    {
        var answer = await CallAsync(body, Basic("admin"));
        Assert.True(answer.Status == 200, $"{body} answered {answer.Status} {answer.Body.ToJsonString()}");
        return answer.Body;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>What came back.</summary>
internal sealed record NodeAnswer(int Status, JsonNode Body, string? SetCookie)
{
    public string? Error => Body is JsonObject ? Body["error"]?.GetValue<string>() : null;

    /// <summary>What a browser would send back.</summary>
    public string Cookie => SetCookie!.Split(';')[0];

    public bool IsDenied => Status is 401 or 403;
}
