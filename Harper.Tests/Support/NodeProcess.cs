using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Harper.Tests.Support;

/// <summary>A node in a process of its own, of either kind, on a loopback address of its own, with a folder that goes with it, and a client for it.</summary>
internal abstract class NodeProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private Process? _process;

    protected NodeProcess(string address)
    {
        Address = address;
        Root = _folder.Below("hdb");
        Wait.Witness(this, StateAsync);
        // A node that was killed resets its connections: what a pool would keep of them is good for nothing.
        Client = new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2) })
        {
            BaseAddress = new Uri($"http://{address}:9925/"),
            Timeout = TimeSpan.FromSeconds(120),
        };
    }

    public string Address { get; }

    public string Root { get; }

    public HttpClient Client { get; }

    public int Id => _process!.Id;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Bytes that the process has in memory.</summary>
    public long Memory() => 1024 * long.Parse(
        File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(),
        System.Globalization.CultureInfo.InvariantCulture);

    public string Output => string.Join('\n', _lines);

    protected string Folder => _folder.Path;

    public static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    public void Start(params string[] arguments)
    {
        _process?.Dispose();
        var start = Command();
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until the operations API answers.</summary>
    public Task WaitUntilAnsweringAsync(string user = "admin", string password = "Abc1234!") => Wait.UntilAsync(async () =>
    {
        if (_process!.HasExited) Assert.Fail($"The node {Address} ended while it started:\n{Output}");
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "health");
            request.Headers.Authorization = Basic(user, password);
            using var answer = await Client.SendAsync(request);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            // Not yet.
            return false;
        }
    }, $"the node {Address} answers", seconds: 120);

    /// <summary>Waits for the process to end by itself.</summary>
    public async Task<int> EndAsync(int seconds = 60)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        await _process!.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Signal("TERM");

    /// <param name="name">Without SIG.</param>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", Id.ToString()]);
        kill.WaitForExit();
    }

    /// <summary>SIGTERM, and the end of the process.</summary>
    public async Task StopAsync()
    {
        Terminate();
        await EndAsync();
    }

    /// <summary>SIGKILL: no goodbye, no flush.</summary>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false }) return;
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>The same node again over the same folder.</summary>
    public async Task StartAgainAsync()
    {
        Start();
        await WaitUntilAnsweringAsync();
    }

    public async Task<(int Status, JsonElement Body)> RunAsync(object operation, string user = "admin", string password = "Abc1234!")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "")
        {
            Content = new StringContent(operation as string ?? JsonSerializer.Serialize(operation), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = Basic(user, password);
        using var answer = await Client.SendAsync(request);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return ((int)answer.StatusCode, document.RootElement.Clone());
    }

    /// <summary>Runs an operation that must succeed.</summary>
    public async Task<JsonElement> CallAsync(object operation)
    {
        var (status, body) = await RunAsync(operation);
        if (status != (int)HttpStatusCode.OK) Assert.Fail($"{Address} answers {status}: {body.GetRawText()}");
        return body;
    }

    /// <summary>Runs an operation that must succeed, in bytes of any content type, and takes the answer in the same.</summary>
    public async Task<byte[]> CallAsync(byte[] operation, string contentType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new ByteArrayContent(operation) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        request.Headers.Accept.ParseAdd(contentType);
        request.Headers.Authorization = Basic("admin", "Abc1234!");
        using var answer = await Client.SendAsync(request);
        var body = await answer.Content.ReadAsByteArrayAsync();
        if (answer.StatusCode != HttpStatusCode.OK) Assert.Fail($"{Address} answers {(int)answer.StatusCode}: {Encoding.UTF8.GetString(body)}");
        return body;
    }

    /// <summary>A page of the admin endpoint of a node of ours.</summary>
    public async Task<string> AdminAsync(string page)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"admin/{page}");
        request.Headers.Authorization = Basic("admin", "Abc1234!");
        using var answer = await Client.SendAsync(request);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        Wait.Forget(this);
        Client.Dispose();
        await KillAsync();
        _process?.Dispose();
        _folder.Dispose();
    }

    /// <summary>The program, its fixed arguments and its environment.</summary>
    protected abstract ProcessStartInfo Command();

    /// <summary>What it says of the cluster, and what it said last.</summary>
    private async Task<string> StateAsync()
    {
        var lines = Output.Split('\n').Where(line => !line.Contains("Operation", StringComparison.Ordinal)).TakeLast(30);
        var status = IsRunning ? (await RunAsync(new { operation = "cluster_status" })).Body.GetRawText() : "not running";
        return $"{GetType().Name} {Address}: {status}\n{await ActorsAsync()}{string.Join('\n', lines)}";
    }

    /// <summary>What each actor below the root does, where there are any: a line each.</summary>
    protected virtual Task<string> ActorsAsync() => Task.FromResult("");

    private void Keep(string? line)
    {
        if (line is not null) _lines.Enqueue(line);
    }
}
