using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Harper.Host.Demo;

/// <summary>One node process of the demonstration: this same binary, on its own loopback address with its own folder, and a client for it.</summary>
internal sealed class DemoNode : IDisposable
{
    public const string User = "admin";

    private readonly string _folder;
    private readonly HttpClient _client;
    private readonly IReadOnlyDictionary<string, string> _extra;
    private Process? _process;

    public DemoNode(string name, string address, string folder, string password, IReadOnlyDictionary<string, string>? extra = null)
    {
        _extra = extra ?? new Dictionary<string, string>();
        Name = name;
        Address = address;
        _folder = Path.Combine(folder, name);
        Password = password;
        _client = new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2) })
        {
            BaseAddress = new Uri($"http://{address}:9925/"),
            Timeout = TimeSpan.FromSeconds(120),
        };
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{password}"));
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
    }

    public string Name { get; }

    public string Address { get; }

    public string Password { get; }

    public string LogFile => Path.Combine(_folder, "console.log");

    public int ProcessId => _process?.Id ?? throw new DemoFailure($"node {Name} was never started");

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts the process; <see cref="WaitUntilAnsweringAsync"/> tells when it serves.</summary>
    public void Start()
    {
        Directory.CreateDirectory(_folder);
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(DemoNode).Assembly.Location);
        start.ArgumentList.Add("run");
        foreach (var (key, value) in Settings().Concat(_extra)) start.Environment[key] = value;
        _process = Process.Start(start) ?? throw new DemoFailure($"the process of node {Name} could not be started");
        _process.OutputDataReceived += Append;
        _process.ErrorDataReceived += Append;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public async Task WaitUntilAnsweringAsync(CancellationToken cancellation)
    {
        await DemoWait.UntilAsync($"node {Name} answers", TimeSpan.FromSeconds(120), async () =>
        {
            if (!IsRunning) throw new DemoFailure($"node {Name} stopped while starting:{Environment.NewLine}{LastLines()}");
            try
            {
                using var answer = await _client.GetAsync("health", cancellation);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, cancellation);
    }

    /// <summary>SIGKILL: no goodbye, no flush.</summary>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false } process) return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, then SIGKILL when it does not leave within five seconds.</summary>
    public async Task StopAsync()
    {
        if (_process is not { HasExited: false } process) return;
        using (var terminate = Process.Start("kill", ["-TERM", process.Id.ToString()])) await terminate.WaitForExitAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
    }

    /// <summary>Runs an operation; a refusal is a failure of the demonstration, with the node's own words.</summary>
    public async Task<JsonElement> RunAsync(object operation, CancellationToken cancellation)
    {
        using var body = new StringContent(JsonSerializer.Serialize(operation), Encoding.UTF8, "application/json");
        using var answer = await _client.PostAsync(string.Empty, body, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        if (!answer.IsSuccessStatusCode) throw new DemoFailure($"node {Name} answered {(int)answer.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public void Dispose()
    {
        _client.Dispose();
        _process?.Dispose();
    }

    private IEnumerable<KeyValuePair<string, string>> Settings() => new Dictionary<string, string>
    {
        ["ROOTPATH"] = Path.Combine(_folder, "hdb"),
        ["HDB_ADMIN_USERNAME"] = User,
        ["HDB_ADMIN_PASSWORD"] = Password,
        ["NODE_HOSTNAME"] = Address,
        ["REPLICATION_HOSTNAME"] = Address,
        ["REPLICATION_PORT"] = $"{Address}:9933",
        ["REPLICATION_SECUREPORT"] = "null",
        ["OPERATIONSAPI_NETWORK_PORT"] = $"{Address}:9925",
        ["HTTP_PORT"] = $"{Address}:9926",
        ["LOGGING_STDSTREAMS"] = "true",
    };

    private void Append(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (_folder) File.AppendAllText(LogFile, line.Data + Environment.NewLine);
    }

    private string LastLines()
    {
        lock (_folder) return File.Exists(LogFile) ? string.Join(Environment.NewLine, File.ReadLines(LogFile).TakeLast(10)) : "(no output)";
    }
}
