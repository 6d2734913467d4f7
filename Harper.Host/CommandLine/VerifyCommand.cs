using System.Text.Json;

namespace Harper.Host.CommandLine;

/// <summary><c>harper verify</c>: the digest of every table on every node, side by side (rules 26 and 28). The nodes exchange them over their own sockets.</summary>
internal static class VerifyCommand
{
    public static Task<int> RunAsync(string? target, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        CommandFailure.GuardAsync(
            async () =>
            {
                using var client = NodeClient.Connect(target);
                var databases = await client.RunAsync(new { operation = "describe_all" }, cancellation).ConfigureAwait(false);
                var (checkedTables, different) = (0, 0);
                foreach (var database in databases.EnumerateObject().Where(database => database.Name != "system"))
                    foreach (var table in database.Value.EnumerateObject())
                    {
                        checkedTables++;
                        if (!await CompareAsync(client, database.Name, table.Name, output, cancellation).ConfigureAwait(false)) different++;
                    }
                await output.WriteLineAsync(different == 0
                    ? $"{checkedTables} tables, equal on every node that was asked."
                    : $"{different} of {checkedTables} tables differ or could not be compared. While writes are on their way this is normal: try again when idle.")
                    .ConfigureAwait(false);
                return different == 0 ? 0 : 1;
            },
            errors);

    private static async Task<bool> CompareAsync(NodeClient client, string database, string table, TextWriter output, CancellationToken cancellation)
    {
        var answer = await client.RunAsync(new { operation = "table_digest", database, table, replicated = true }, cancellation).ConfigureAwait(false);
        var here = Text(answer, "digest");
        var equal = true;
        var lines = new List<string> { $"  here: {Text(answer, "rows")} rows, {here}" };
        if (answer.TryGetProperty("replicated", out var peers))
            foreach (var peer in peers.EnumerateArray())
            {
                var digest = Text(peer, "digest");
                equal &= digest == here;
                lines.Add($"  {Text(peer, "node")}: {(digest is null ? Text(peer, "reason") ?? Text(peer, "error") ?? "no answer" : $"{Text(peer, "rows")} rows, {digest}")}");
            }
        await output.WriteLineAsync($"{database}.{table}: {(equal ? $"equal on {lines.Count} node{(lines.Count == 1 ? "" : "s")}, {Text(answer, "rows")} rows" : "DIFFERENT")}").ConfigureAwait(false);
        if (!equal)
            foreach (var line in lines) await output.WriteLineAsync(line).ConfigureAwait(false);
        return equal;
    }

    private static string? Text(JsonElement holder, string name) => holder.TryGetProperty(name, out var value) ? value.ToString() : null;
}
