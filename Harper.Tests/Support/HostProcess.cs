using System.Diagnostics;
using System.Text.Json;

namespace Harper.Tests.Support;

/// <summary>A real node process of this system.</summary>
internal sealed class HostProcess : NodeProcess
{
    private readonly Dictionary<string, string> _environment;

    public HostProcess(string address, params (string Key, string Value)[] environment)
        : base(address)
    {
        _environment = new Dictionary<string, string>
        {
            ["ROOTPATH"] = Root, ["HDB_ADMIN_USERNAME"] = "admin", ["HDB_ADMIN_PASSWORD"] = "Abc1234!", ["NODE_HOSTNAME"] = address,
            ["REPLICATION_PORT"] = "9933", ["LOGGING_STDSTREAMS"] = "true",
        };
        foreach (var (key, value) in environment)
            if (value.Length == 0) _environment.Remove(key);
            else _environment[key] = value;
    }

    public async Task<HostProcess> StartAndWaitAsync()
    {
        Start();
        await WaitUntilAnsweringAsync();
        return this;
    }

    protected override async Task<string> ActorsAsync()
    {
        if (!IsRunning) return "";
        using var tree = JsonDocument.Parse(await AdminAsync("actors"));
        return Lines(tree.RootElement);
    }

    private static string Lines(JsonElement actor)
    {
        string Text(string name) => actor.TryGetProperty(name, out var value) ? value.GetRawText() : "";
        var line = $"  {Text("path")} {Text("state")} queued {Text("queued")} {Text("figures")}\n";
        return actor.TryGetProperty("children", out var children) ? line + string.Concat(children.EnumerateArray().Select(Lines)) : line;
    }

    protected override ProcessStartInfo Command()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Harper.Host.HostStartException).Assembly.Location]);
        foreach (var (key, value) in _environment) start.Environment[key] = value;
        return start;
    }
}
