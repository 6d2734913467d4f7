using System.Globalization;
using System.Text.Json;

namespace Harper.Host.CommandLine;

/// <summary>
/// <c>harper certificates [list | trust | renew]</c>: what a node shows and when it ends, whom it trusts, and new certificates of its own. Ends with 1 when
/// a certificate is over.
/// </summary>
internal static class CertificatesCommand
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    public static Task<int> ListAsync(string? target, DateTimeOffset now, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        RunAsync(target, errors, async client =>
        {
            var trust = await client.RunAsync(new { operation = "list_authorities" }, cancellation).ConfigureAwait(false);
            var rows = await client.RunAsync(new { operation = "list_certificates" }, cancellation).ConfigureAwait(false);
            var over = false;
            foreach (var row in rows.EnumerateArray())
            {
                var details = row.GetProperty("details");
                var left = LeftOf(details.GetProperty("valid_to").GetString()!, now);
                over |= left < TimeSpan.Zero;
                await output.WriteLineAsync($"{Text(row, "name")}{(Text(trust, "shown") == Text(row, "name") ? "  (shown to other nodes)" : "")}").ConfigureAwait(false);
                await output.WriteLineAsync($"    {Kind(row)}, serial {Text(details, "serial_number")}").ConfigureAwait(false);
                await output.WriteLineAsync($"    signed by {Text(details, "issuer")}").ConfigureAwait(false);
                await output.WriteLineAsync($"    until {Text(details, "valid_to")}: {Words(left)}").ConfigureAwait(false);
            }
            return over ? 1 : 0;
        });

    public static Task<int> TrustAsync(string? target, DateTimeOffset now, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        RunAsync(target, errors, async client =>
        {
            var trust = await client.RunAsync(new { operation = "list_authorities" }, cancellation).ConfigureAwait(false);
            foreach (var authority in trust.GetProperty("authorities").EnumerateArray())
            {
                await output.WriteLineAsync(
                    $"{Text(authority, "name")}{(authority.GetProperty("signs").GetBoolean() ? "  (its key is here: it signs)" : "")}").ConfigureAwait(false);
                await output.WriteLineAsync(
                    $"    from {Text(authority, "source")}, serial {Text(authority, "serial_number")}, {Words(LeftOf(Text(authority, "valid_to")!, now))}").ConfigureAwait(false);
            }
            await output.WriteLineAsync(trust.GetProperty("public_authorities").GetBoolean()
                ? "and the public authorities (replication.enableRootCAs)"
                : "and no public authorities (replication.enableRootCAs is false)").ConfigureAwait(false);
            return 0;
        });

    public static Task<int> RenewAsync(string? target, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        RunAsync(target, errors, async client =>
        {
            var answer = await client.RunAsync(new { operation = "renew_certificates" }, cancellation).ConfigureAwait(false);
            await output.WriteLineAsync(Text(answer, "message")).ConfigureAwait(false);
            var shown = Text(await client.RunAsync(new { operation = "list_authorities" }, cancellation).ConfigureAwait(false), "shown");
            if (shown is not null && Text(answer, "message")?.Split(": ")[^1].Split(", ").Contains(shown) is false)
                await output.WriteLineAsync(
                    $"Other nodes are shown {shown}, which this node did not make: what another node signed is renewed by itself before it ends, or at once by add_node with force_signing; what was provided is replaced by providing another.")
                    .ConfigureAwait(false);
            return 0;
        });

    /// <summary>How long a certificate still holds, for people.</summary>
    internal static string Words(TimeSpan left) => left < TimeSpan.Zero
        ? "EXPIRED"
        : left < Soon ? $"ENDS SOON, in {(int)left.TotalDays} days" : $"{(int)left.TotalDays} days left";

    internal static TimeSpan LeftOf(string validTo, DateTimeOffset now) =>
        DateTimeOffset.ParseExact(
            validTo, ["MMM d HH:mm:ss yyyy 'GMT'", "MMM  d HH:mm:ss yyyy 'GMT'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) - now;

    private static Task<int> RunAsync(string? target, TextWriter errors, Func<NodeClient, Task<int>> run) => CommandFailure.GuardAsync(
        async () =>
        {
            using var client = NodeClient.Connect(target);
            return await run(client).ConfigureAwait(false);
        },
        errors);

    private static string Kind(JsonElement row)
    {
        var kind = row.GetProperty("is_authority").GetBoolean() ? "authority" : "certificate";
        if (row.TryGetProperty("is_self_signed", out var made) && made.ValueKind == JsonValueKind.True) kind += " made by this node";
        if (row.TryGetProperty("uses", out var uses) && uses.GetArrayLength() > 0) kind += " for " + string.Join(", ", uses.EnumerateArray().Select(use => use.GetString()));
        return kind;
    }

    private static string? Text(JsonElement holder, string name) => holder.TryGetProperty(name, out var value) ? value.ToString() : null;
}
