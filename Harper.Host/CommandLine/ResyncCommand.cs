using System.Text.Json;

namespace Harper.Host.CommandLine;

/// <summary>
/// <c>harper resync DATABASE --from NODE</c>: starts a merging copy and follows it to its end (rule 23): until the copy and the log up to where the source stood when
/// the copy ended are applied. Interrupted, it leaves the copy running.
/// </summary>
internal static class ResyncCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public static Task<int> RunAsync(string? target, string database, string from, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        CommandFailure.GuardAsync(
            async () =>
            {
                using var client = NodeClient.Connect(target);
                var before = await ReadAsync(client, database, from, cancellation).ConfigureAwait(false);
                var answer = await client.RunAsync(new { operation = "resync_database", database, from }, cancellation).ConfigureAwait(false);
                await output.WriteLineAsync(answer.GetProperty("message").GetString()).ConfigureAwait(false);
                string? told = null;
                while (true)
                {
                    var now = await ReadAsync(client, database, from, cancellation).ConfigureAwait(false);
                    if (now.Progress is { } progress && progress != told) await output.WriteLineAsync(told = progress).ConfigureAwait(false);

                    // A connection that was lost counts from 0 again; the copy goes on where it was cut.
                    if (now.Completed < before.Completed) before = before with { Completed = 0 };
                    if (now.Completed > before.Completed && !now.Copying) break;
                    await Task.Delay(Interval, cancellation).ConfigureAwait(false);
                }

                await output.WriteLineAsync($"Database '{database}' holds everything that '{from}' had.").ConfigureAwait(false);
                return 0;
            },
            errors);

    private static async Task<Seen> ReadAsync(NodeClient client, string database, string from, CancellationToken cancellation)
    {
        var status = await client.RunAsync(new { operation = "cluster_status" }, cancellation).ConfigureAwait(false);
        foreach (var connection in status.GetProperty("connections").EnumerateArray())
        {
            if (Text(connection, "name") != from) continue;
            foreach (var socket in connection.GetProperty("database_sockets").EnumerateArray())
                if (Text(socket, "database") == database) return Of(socket);
        }

        return new Seen(0, false, null);
    }

    private static Seen Of(JsonElement socket)
    {
        var completed = socket.TryGetProperty("copiesCompleted", out var count) ? count.GetInt32() : 0;
        var progress = socket.TryGetProperty("copyProgress", out var copy) ? $"{Text(copy, "records") ?? "0"} of {Text(copy, "totalRecords") ?? "?"} records, {Text(copy, "bytes") ?? "0"} bytes" : null;
        return new Seen(completed, Text(socket, "lastReceivedRemoteTime") == "Copying", progress);
    }

    private static string? Text(JsonElement holder, string name) => holder.TryGetProperty(name, out var value) ? value.ToString() : null;

    /// <summary>What the status says of the connection.</summary>
    private readonly record struct Seen(int Completed, bool Copying, string? Progress);
}
