using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Harper.Host.CommandLine;

/// <summary><c>harper status [--watch]</c>: the node and its connections, one line per peer and database.</summary>
internal static class StatusCommand
{
    public static Task<int> RunAsync(string? target, bool watch, TextWriter errors, CancellationToken cancellation) =>
        CommandFailure.GuardAsync(
            async () =>
            {
                using var client = NodeClient.Connect(target);
                if (!watch)
                {
                    AnsiConsole.Write(await ReadAsync(client, cancellation).ConfigureAwait(false));
                    return 0;
                }
                await AnsiConsole.Live(await ReadAsync(client, cancellation).ConfigureAwait(false)).StartAsync(async live =>
                {
                    while (!cancellation.IsCancellationRequested)
                    {
                        await Task.Delay(TimeSpan.FromSeconds(1), cancellation).ConfigureAwait(false);
                        live.UpdateTarget(await ReadAsync(client, cancellation).ConfigureAwait(false));
                    }
                }).ConfigureAwait(false);
                return 0;
            },
            errors);

    private static async Task<Table> ReadAsync(NodeClient client, CancellationToken cancellation)
    {
        var status = await client.RunAsync(new { operation = "cluster_status" }, cancellation).ConfigureAwait(false);
        var enabled = status.TryGetProperty("is_enabled", out var flag) && flag.ValueKind == JsonValueKind.True;
        var table = new Table { Title = new TableTitle($"{Shown(status, "node_name")}  {Shown(status, "url")}  {(enabled ? "takes part in replication" : "does not take part in replication")}") };
        table.AddColumns("peer", "database", "state", "lag ms", "pending", "pending bytes", "latency ms", "last received");
        if (!status.TryGetProperty("connections", out var connections)) return table;
        foreach (var peer in connections.EnumerateArray())
        {
            var sockets = peer.TryGetProperty("database_sockets", out var list) ? list.EnumerateArray().ToList() : [];
            if (sockets.Count == 0) table.AddRow(Shown(peer, "name"), "-", "not connected " + Shown(peer, "reason"), "", "", "", "", "");
            foreach (var socket in sockets)
                table.AddRow(
                    Shown(peer, "name"), Shown(socket, "database"),
                    socket.TryGetProperty("connected", out var connected) && connected.ValueKind == JsonValueKind.True ? "[green]connected[/]" : NotConnected(peer, socket),
                    Shown(socket, "lagMs"), Shown(socket, "pendingTransactions"), Shown(socket, "pendingBytes"), Shown(socket, "latency"),
                    Shown(socket, "lastReceivedLocalTime"));
        }
        return table;
    }

    /// <summary>With the reason: that is what whoever looks wants to know.</summary>
    private static string NotConnected(JsonElement peer, JsonElement socket)
    {
        var reason = socket.TryGetProperty("lastConnectionError", out var error) && error.ValueKind == JsonValueKind.Object ? Shown(error, "reason") : "";
        if (reason.Length == 0) reason = Shown(peer, "reason");
        return reason.Length is 0 or 1 ? "[red]not connected[/]" : $"[red]not connected[/]: {reason}";
    }

    private static string Shown(JsonElement holder, string name) =>
        !holder.TryGetProperty(name, out var value) ? "" : value.ValueKind switch
        {
            JsonValueKind.Null => "?",
            JsonValueKind.Number => value.GetDouble().ToString("0.##", CultureInfo.InvariantCulture),
            _ => Markup.Escape(value.ToString()),
        };
}
