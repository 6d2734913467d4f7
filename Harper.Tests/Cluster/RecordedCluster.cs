using System.Net.Http.Headers;
using System.Text;
using Harper.Host.Demo;
using Harper.Tests.Support;
using Harper.Tests.Support.Transcripts;

namespace Harper.Tests.Cluster;

/// <summary>The cluster that was recorded, made of our processes: a and b know each other by route, c comes later and by itself.</summary>
internal sealed class RecordedCluster : IAsyncDisposable
{
    private const string Password = "Abc1234!";
    private readonly string _folder = Directory.CreateTempSubdirectory("harper-recorded-").FullName;
    private readonly Dictionary<string, DemoNode> _nodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HttpClient> _clients = new(StringComparer.Ordinal);

    public RecordedCluster(string prefix)
    {
        Add("a", $"{prefix}.2", route: $"{prefix}.3");
        Add("b", $"{prefix}.3", route: $"{prefix}.2");
        Add("c", $"{prefix}.4", route: null);
    }

    /// <summary>Recorded address → ours.</summary>
    public IEnumerable<(string From, string To)> Names => [("127.0.0.2", _nodes["a"].Address), ("127.0.0.3", _nodes["b"].Address), ("127.0.0.4", _nodes["c"].Address)];

    public async Task StartAsync(string name, CancellationToken cancellation)
    {
        var node = _nodes[name];
        var isNew = _made.Add(name);
        if (isNew)
        {
            // Saves the node the making of a key, which takes longer than the rest.
            var keys = Directory.CreateDirectory(Path.Combine(_folder, name, "hdb", "keys"));
            await File.WriteAllTextAsync(Path.Combine(keys.FullName, "privateKey.pem"), SecureNode.NewKey(), cancellation);
        }
        node.Start();
        await node.WaitUntilAnsweringAsync(cancellation);
        // Without a secure port a node makes its certificate when it is asked to; the recorded ones had theirs from the start.
        if (isNew) await node.RunAsync(new { operation = "renew_certificates" }, cancellation);
    }

    public Task KillAsync(string name) => _nodes[name].KillAsync();

    public async Task<ReplayedAnswer> SendAsync(TranscriptEntry entry, string? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(new HttpMethod(entry.Method), entry.Path);
        if (entry.Auth is { } auth) request.Headers.Authorization = new AuthenticationHeaderValue(
            auth.Split(' ')[0], Convert.ToBase64String(Encoding.UTF8.GetBytes(auth[(auth.IndexOf(' ', StringComparison.Ordinal) + 1)..])));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(entry.RequestHeaders["Content-Type"]?.GetValue<string>() ?? "application/json");
        }
        foreach (var (header, value) in entry.RequestHeaders)
            if (header != "Content-Type") request.Headers.TryAddWithoutValidation(header, value!.GetValue<string>());
        using var answer = await _clients[entry.Node].SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        var headers = answer.Headers.Concat(answer.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new ReplayedAnswer((int)answer.StatusCode, headers.GetValueOrDefault, CertificateTexts.Neutral(ReplayedAnswer.ParseBody(text)));
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Values.Select(node => node.StopAsync()));
        foreach (var node in _nodes.Values) node.Dispose();
        foreach (var client in _clients.Values) client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Add(string name, string address, string? route)
    {
        var extra = new Dictionary<string, string>();
        if (route is not null)
        {
            extra["REPLICATION_ROUTES"] = $"[\"ws://{route}:9933\"]";
            // The component that was installed on the recorded nodes.
            var component = Directory.CreateDirectory(Path.Combine(_folder, name, "hdb", "components", "app"));
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Transcripts", "schema.graphql"), Path.Combine(component.FullName, "schema.graphql"));
        }
        _nodes[name] = new DemoNode(name, address, _folder, Password, extra);
        _clients[name] = new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2) })
        {
            BaseAddress = new Uri($"http://{address}:9925/"),
            Timeout = Wait.Deadline,
        };
    }
}
