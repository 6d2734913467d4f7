using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Harper.Tests.Support;

/// <summary>A real node process on a loopback address of its own, with a folder that goes with it, and a client for it.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Dictionary<string, string> _environment;
    private Process? _process;

    public HostProcess(string address, params (string Key, string Value)[] environment)
    {
        Address = address;
        Root = _folder.Below("hdb");
        _environment = new Dictionary<string, string>
        {
            ["ROOTPATH"] = Root, ["HDB_ADMIN_USERNAME"] = "admin", ["HDB_ADMIN_PASSWORD"] = "Abc1234!", ["NODE_HOSTNAME"] = address,
            ["REPLICATION_PORT"] = "9933", ["LOGGING_STDSTREAMS"] = "true",
        };
        foreach (var (key, value) in environment)
            if (value.Length == 0) _environment.Remove(key);
            else _environment[key] = value;
        Client = new HttpClient { BaseAddress = new Uri($"http://{address}:9925/"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public string Address { get; }

    public string Root { get; }

    public HttpClient Client { get; }

    public int Id => _process!.Id;

    public string Output => string.Join('\n', _lines);

    public static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    public void Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(Harper.Host.HostStartException).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (key, value) in _environment) start.Environment[key] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public async Task<HostProcess> StartAndWaitAsync()
    {
        Start();
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (_process!.HasExited || watch.Elapsed.TotalSeconds > 60) Assert.Fail($"The node does not answer:\n{Output}");
            try
            {
                if ((await Client.GetAsync("health")).IsSuccessStatusCode) return this;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Waits for the process to end by itself.</summary>
    public async Task<int> EndAsync(int seconds = 60)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        await _process!.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", Id.ToString()]);
        kill.WaitForExit();
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

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process?.Dispose();
        _folder.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null) _lines.Enqueue(line);
    }
}
