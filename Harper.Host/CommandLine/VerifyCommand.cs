using System.Text.Json;

namespace Harper.Host.CommandLine;

/// <summary>
/// <c>harper verify</c>: compares every table with every peer by digests and merges what differs both ways (rules 26 and 28). Ends with 1 when something
/// could not be compared, or an original has not as many rows.
/// </summary>
internal static class VerifyCommand
{
    public static Task<int> RunAsync(string? target, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        CommandFailure.GuardAsync(
            async () =>
            {
                using var client = NodeClient.Connect(target);
                var answer = await client.RunAsync(new { operation = "verify_database" }, cancellation).ConfigureAwait(false);
                var failed = false;
                foreach (var table in answer.GetProperty("tables").EnumerateArray())
                {
                    failed |= Text(table, "state") is "failed" or "differs";
                    await output.WriteLineAsync($"{Text(table, "database")}.{Text(table, "table")} with {Text(table, "peer")}: {Verdict(table)}").ConfigureAwait(false);
                }

                await output.WriteLineAsync(Text(answer, "message")).ConfigureAwait(false);
                return failed ? 1 : 0;
            },
            errors);

    private static string Verdict(JsonElement table) => Text(table, "state") switch
    {
        "healed" => $"DIFFERED in {Text(table, "ranges")} ranges, merged both ways: {Text(table, "healed_here")} changes were missing here, {Text(table, "healed_there")} there",
        "counted" => "an original, as many rows; values were not compared",
        "differs" => $"an original, DIFFERS: {Text(table, "error")}",
        "failed" => $"could not be compared: {Text(table, "error")}",
        var state => state ?? "unknown",
    };

    private static string? Text(JsonElement holder, string name) => holder.TryGetProperty(name, out var value) ? value.ToString() : null;
}
