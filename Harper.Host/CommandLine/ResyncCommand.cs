using System.Text.Json;

namespace Harper.Host.CommandLine;

/// <summary>
/// <c>harper resync DATABASE --from NODE</c>, or <c>--to</c> an original: starts a merging copy and follows it to its end (rule 23). From a node: until the copy and the log up to where the
/// source stood when the copy ended are applied. To an original: until everything was sent. Interrupted, it leaves the copy running.
/// </summary>
internal static class ResyncCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public static Task<int> RunAsync(
        string? target, string database, string? from, string? to, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        CommandFailure.GuardAsync(
            async () =>
            {
                if (from is null == to is null) throw new CommandFailure("give either --from NODE, to copy from it, or --to NODE, to copy to an original");
                using var client = NodeClient.Connect(target);
                var copy = new FollowedCopy(client, database, (from ?? to)!, IsTo: to is not null);
                var before = await copy.ReadAsync(cancellation).ConfigureAwait(false);
                var answer = await client.RunAsync(
                    to is null ? new { operation = "resync_database", database, from } : (object)new { operation = "resync_database", database, to }, cancellation).ConfigureAwait(false);
                await output.WriteLineAsync(answer.GetProperty("message").GetString()).ConfigureAwait(false);
                string? told = null;
                while (true)
                {
                    var now = await copy.ReadAsync(cancellation).ConfigureAwait(false);
                    if (now.Progress is { } progress && progress != told) await output.WriteLineAsync(told = progress).ConfigureAwait(false);
                    if (copy.IsLost(before, now))
                        throw new CommandFailure($"the connection to {copy.Peer} ended before the copy did, and it is not taken up again: run the command once more");

                    // A connection that was lost counts from 0 again; the copy goes on where it was cut.
                    if (now.Completed < before.Completed) before = before with { Completed = 0 };
                    if (now.Completed > before.Completed && !now.Copying) break;
                    await Task.Delay(Interval, cancellation).ConfigureAwait(false);
                }

                await output.WriteLineAsync(to is null
                    ? $"Database '{database}' holds everything that '{from}' had."
                    : $"'{to}' was sent everything that database '{database}' had.").ConfigureAwait(false);
                return 0;
            },
            errors);
}

/// <summary>A copy as cluster_status shows it: on the socket to the peer, as what is received or what is sent.</summary>
internal sealed record FollowedCopy(NodeClient Client, string Database, string Peer, bool IsTo)
{
    public async Task<Seen> ReadAsync(CancellationToken cancellation)
    {
        var status = await Client.RunAsync(new { operation = "cluster_status" }, cancellation).ConfigureAwait(false);
        foreach (var connection in status.GetProperty("connections").EnumerateArray())
        {
            if (Text(connection, "name") != Peer) continue;
            foreach (var socket in connection.GetProperty("database_sockets").EnumerateArray())
                if (Text(socket, "database") == Database) return Of(socket);
        }

        return default;
    }

    /// <summary>Nobody asks for a copy to an original again but who asked for it here.</summary>
    public bool IsLost(Seen before, Seen now) => IsTo && (now.Completed < before.Completed || !now.Connected);

    internal Seen Of(JsonElement socket)
    {
        var completed = socket.TryGetProperty(IsTo ? "copiesSent" : "copiesCompleted", out var count) ? count.GetInt32() : 0;
        var progress = socket.TryGetProperty(IsTo ? "sendingCopyProgress" : "copyProgress", out var copy)
            ? $"{Text(copy, "records") ?? "0"} of {Text(copy, "totalRecords") ?? "?"} records, {Text(copy, "bytes") ?? "0"} bytes" : null;
        return new Seen(completed, Text(socket, IsTo ? "sendingMessage" : "lastReceivedRemoteTime") == "Copying", Text(socket, "connected") == bool.TrueString, progress);
    }

    private static string? Text(JsonElement holder, string name) => holder.TryGetProperty(name, out var value) ? value.ToString() : null;

    /// <summary>What the status says of the connection.</summary>
    internal readonly record struct Seen(int Completed, bool Copying, bool Connected, string? Progress);
}
