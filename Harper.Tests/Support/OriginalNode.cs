using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Harper.Tests.Support;

/// <summary>
/// A real node of the original, as <c>Harper.Tests/Original/install.sh</c> installed it: plain WebSockets, known to its peers by its address, one worker thread.
/// It needs 250 MB and 4 seconds to start.
/// </summary>
internal sealed class OriginalNode : NodeProcess
{
    private readonly Dictionary<string, string> _environment;

    public OriginalNode(string address, params (string Key, string Value)[] environment)
        : base(address)
    {
        var home = Directory.CreateDirectory(Path.Combine(Folder, "home")).FullName;
        _environment = new Dictionary<string, string>
        {
            ["HOME"] = home,
            ["ROOTPATH"] = Root,
            ["HDB_ADMIN_USERNAME"] = "admin",
            ["HDB_ADMIN_PASSWORD"] = "Abc1234!",
            ["TC_AGREEMENT"] = "yes",
            // "dev" would trust every loopback address as a super_user, and hide what it should refuse.
            ["DEFAULTS_MODE"] = "prod",
            ["NODE_HOSTNAME"] = address,
            ["REPLICATION_HOSTNAME"] = address,
            ["REPLICATION_PORT"] = $"{address}:9933",
            ["REPLICATION_SECUREPORT"] = "null",
            ["REPLICATION_URL"] = $"ws://{address}:9933",
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
        };
        foreach (var (key, value) in environment) _environment[key] = value;
    }

    /// <summary>The folder of the installation. There is no run without it: a spec that is skipped proves nothing.</summary>
    private static string Installation { get; } = Find();

    /// <summary>Puts a component where the node finds it at its start.</summary>
    public void AddComponent(string name, params (string File, string Text)[] files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, "components", name)).FullName;
        foreach (var (file, text) in files) File.WriteAllText(Path.Combine(folder, file), text);
    }

    /// <summary>A table of <c>data</c> that its REST interface serves, from its start on.</summary>
    public void AddTable(string name) => AddComponent(
        name, ("schema.graphql", $"type {name} @table @export {{\n  id: ID @primaryKey\n}}\n"), ("config.yaml", "rest: true\ngraphqlSchema:\n  files: '*.graphql'\n"));

    /// <summary>By how much its clock is ahead from its next start on: what it says that the time is, not the times of its log.</summary>
    public TimeSpan ClockAhead { get; set; }

    /// <summary>Nothing is left of what it had, its memory of being installed included.</summary>
    public void LoseDisk()
    {
        Directory.Delete(Root, recursive: true);
        Directory.Delete(_environment["HOME"], recursive: true);
        Directory.CreateDirectory(_environment["HOME"]);
    }

    /// <summary>A request of its REST interface; the answer's body, undefined where it has none.</summary>
    public async Task<JsonElement> RestAsync(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, new Uri($"http://{Address}:9926{path}"))
        {
            Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = Basic("admin", "Abc1234!");
        using var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NoContent or HttpStatusCode.Created)) Assert.Fail($"{path} answers {(int)answer.StatusCode}: {text}");
        if (text.Length == 0) return default;
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>Changes every position that it has stored of its peers, while it does not run; returns how many there were.</summary>
    /// <param name="change">JavaScript: what becomes of <c>seqId</c>.</param>
    public async Task<int> ChangeCursorsAsync(string database, string change)
    {
        var script = Path.Combine(Folder, "cursors.js");
        await File.WriteAllTextAsync(script, $$"""
            const { open } = require({{JsonSerializer.Serialize(Path.Combine(Installation, "node_modules", "lmdb"))}});
            const positions = open({ path: process.argv[2] }).openDB('__dbis__', { encoding: 'msgpack', sharedStructuresKey: Symbol.for('structures') });
            let changed = 0;
            for (const { key, value } of [...positions.getRange({ start: Symbol.for('seq'), end: [Symbol.for('seq'), Buffer.from([255])] })]) {
                const seqId = value.seqId;
                positions.putSync(key, { ...value, seqId: {{change}} });
                changed++;
            }
            console.log(changed);
            """);
        using var node = Process.Start(new ProcessStartInfo(Path.Combine(Installation, "node-20"), [script, Path.Combine(Root, "database", database + ".mdb")]) { RedirectStandardOutput = true })!;
        var said = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        return int.Parse(said, System.Globalization.CultureInfo.InvariantCulture);
    }

    public async Task<OriginalNode> StartAndWaitAsync()
    {
        Start();
        await WaitUntilAnsweringAsync();
        return this;
    }

    protected override ProcessStartInfo Command()
    {
        var start = new ProcessStartInfo(Path.Combine(Installation, "node-20"), [Path.Combine(Installation, "node_modules", "harperdb", "bin", "harperdb.js")]);
        foreach (var (key, value) in _environment) start.Environment[key] = value;
        if (ClockAhead != TimeSpan.Zero)
        {
            var script = Path.Combine(Folder, "clock.js");
            File.WriteAllText(script, $"const now = Date.now; Date.now = () => now() + {(long)ClockAhead.TotalMilliseconds};");
            start.Environment["NODE_OPTIONS"] = $"--require {script}";
        }

        return start;
    }

    private static string Find()
    {
        var script = Path.Combine(Repository.Root, "Harper.Tests", "Original", "install.sh");
        using var install = Process.Start(new ProcessStartInfo(script) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = install.StandardError.ReadToEndAsync();
        var folder = install.StandardOutput.ReadToEnd().Trim();
        install.WaitForExit();
        if (install.ExitCode != 0) Assert.Fail($"The original is not installed. Harper.Tests/Original/install.sh says: {said.Result}");
        return folder;
    }
}
