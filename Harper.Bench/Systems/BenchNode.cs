using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Harper.Bench.Measure;

namespace Harper.Bench.Systems;

/// <summary>One node process on a loopback address of its own, with a folder of its own. The same settings for every system.</summary>
internal sealed class BenchNode(SystemUnderTest system, string name, string address, string folder, PairCertificates? certificates = null) : IDisposable
{
    public const string User = "admin";
    public const string Password = "Abc1234!";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(120);

    private Process? _process;

    public string Name => name;

    public string Address => address;

    public IPEndPoint Operations { get; } = new(IPAddress.Parse(address), 9925);

    public string DataFolder { get; } = Path.Combine(folder, name, "hdb");

    public string LogFile { get; } = Path.Combine(folder, name, "console.log");

    public int ProcessId => _process?.Id ?? throw new BenchFailure($"node {name} does not run");

    public ProcessUsage Usage => ProcessUsage.Of(ProcessId);

    /// <summary>Starts the process and returns how long it took until it answered a request.</summary>
    public TimeSpan Start(params string[] routes)
    {
        var home = Path.Combine(folder, name, "home");
        Directory.CreateDirectory(home);
        var start = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", LogFile } };
        foreach (var part in system.Command) start.ArgumentList.Add(part);
        foreach (var (key, value) in Settings(routes)) start.Environment[key] = value;
        start.Environment["HOME"] = home;
        if (Answers()) throw new BenchFailure($"something answers on {Operations} already: end it, or run this in a network namespace of its own (unshare -n)");
        var watch = Stopwatch.StartNew();
        _process = Process.Start(start)!;
        RunningNodes.Add(_process);
        while (!Answers())
        {
            if (_process.HasExited) throw new BenchFailure($"node {name} of {system.Id} stopped while starting: {LastLines()}");
            if (watch.Elapsed > StartDeadline) throw new BenchFailure($"node {name} of {system.Id} did not answer within {StartDeadline.TotalSeconds:0} s");
            Thread.Sleep(5);
        }

        return watch.Elapsed;
    }

    /// <summary>SIGTERM, and SIGKILL when that is not enough.</summary>
    public void Stop()
    {
        if (_process is not { HasExited: false } process) return;
        using (var terminate = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)])) terminate.WaitForExit();
        if (!process.WaitForExit(TimeSpan.FromSeconds(30))) process.Kill();
        process.WaitForExit();
        RunningNodes.Remove(process);
    }

    public void Dispose()
    {
        Stop();
        _process?.Dispose();
    }

    private bool Answers()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 2000 };
            socket.Connect(Operations);
            socket.Send(System.Text.Encoding.ASCII.GetBytes($"GET /health HTTP/1.1\r\nHost: {address}\r\n\r\n"));
            var head = new byte[12];
            return socket.Receive(head) == 12 && head.AsSpan(9, 3).SequenceEqual("200"u8);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string LastLines() => File.Exists(LogFile) ? string.Join(' ', File.ReadLines(LogFile).Where(line => !line.StartsWith("   at ", StringComparison.Ordinal)).TakeLast(3)) : "(no output)";

    private Dictionary<string, string> Settings(string[] routes)
    {
        var settings = new Dictionary<string, string>
        {
            ["ROOTPATH"] = DataFolder,
            ["HDB_ADMIN_USERNAME"] = User,
            ["HDB_ADMIN_PASSWORD"] = Password,
            ["TC_AGREEMENT"] = "yes",
            ["DEFAULTS_MODE"] = "prod",
            ["NODE_HOSTNAME"] = address,
            ["REPLICATION_HOSTNAME"] = address,
            ["THREADS_COUNT"] = "1",
            ["OPERATIONSAPI_NETWORK_PORT"] = $"{address}:9925",
            ["OPERATIONSAPI_NETWORK_SECUREPORT"] = "null",
            ["HTTP_PORT"] = $"{address}:9926",
            ["HTTP_SECUREPORT"] = "null",
            ["MQTT_NETWORK_PORT"] = $"{address}:1883",
            ["MQTT_NETWORK_SECUREPORT"] = "null",
            ["LOCALSTUDIO_ENABLED"] = "false",
            ["LOGGING_LEVEL"] = "warn",
            ["LOGGING_STDSTREAMS"] = "true",
            ["REPLICATION_PORT"] = $"{address}:9933",
            ["REPLICATION_SECUREPORT"] = "null",
            ["REPLICATION_URL"] = $"ws://{address}:9933",
        };
        var scheme = certificates is null ? "ws" : "wss";
        if (certificates is not null)
        {
            settings["REPLICATION_PORT"] = "null";
            settings["REPLICATION_SECUREPORT"] = $"{address}:9933";
            settings["REPLICATION_URL"] = $"wss://{address}:9933";
            settings["HARPER_CONFIG"] = certificates.ConfigOf(address);
        }
        if (routes.Length > 0) settings["REPLICATION_ROUTES"] = $"[{string.Join(',', routes.Select(route => $"\"{scheme}://{route}:9933\""))}]";
        return settings;
    }
}
