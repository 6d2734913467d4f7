using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Harper.Host.CommandLine;

/// <summary><c>harper status [--watch]</c>: the node and its connections, one line per peer and database; copies with a bar, a rate and what is left.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static Task<int> RunAsync(string? target, bool watch, TextWriter errors, CancellationToken cancellation) =>
        CommandFailure.GuardAsync(
            async () =>
            {
                using var client = NodeClient.Connect(target);
                var first = await ReadAsync(client, cancellation).ConfigureAwait(false);
                if (!watch) AnsiConsole.Write(Draw(first));
                else if (Console.IsOutputRedirected) await new StatusLog(Console.Out, TimeProvider.System).FollowAsync(first, () => ReadAsync(client, cancellation), Interval, cancellation).ConfigureAwait(false);
                else await LiveAsync(client, first, cancellation).ConfigureAwait(false);
                return 0;
            },
            errors);

    private static Task LiveAsync(NodeClient client, StatusPicture first, CancellationToken cancellation) =>
        AnsiConsole.Live(Draw(first)).StartAsync(async live =>
        {
            while (true)
            {
                await Task.Delay(Interval, cancellation).ConfigureAwait(false);
                try
                {
                    live.UpdateTarget(Draw(await ReadAsync(client, cancellation).ConfigureAwait(false)));
                }
                catch (CommandFailure failure)
                {
                    // Whoever watches wants to see it come back.
                    live.UpdateTarget(new Markup($"[red]{Markup.Escape(failure.Message)}[/]"));
                }
                live.Refresh();
            }
        });

    private static async Task<StatusPicture> ReadAsync(NodeClient client, CancellationToken cancellation) =>
        StatusPicture.Of(await client.RunAsync(new { operation = "cluster_status" }, cancellation).ConfigureAwait(false));

    private static Rows Draw(StatusPicture picture)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(picture.Title)) };
        table.AddColumns("peer", "database", "state", "lag ms", "pending", "pending bytes", "latency ms", "last received UTC");
        foreach (var line in picture.Lines)
            table.AddRow(
                Markup.Escape(line.Peer), Markup.Escape(line.Database), $"[{(line.Connected ? "green" : line.WaitsForCopy ? "yellow" : "red")}]{Markup.Escape(line.State)}[/]",
                line["lagMs"], line["pendingTransactions"], line["pendingBytes"], line["latency"], line.LastReceived);
        var copies = picture.Lines.Where(line => line.CopyInWords.Length > 0)
            .Select(line => (IRenderable)new Markup(Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{line.Peer} {line.Database} {line.Bar} {line.CopyInWords}"))));
        if (picture.Lines.Count == 0) return new Rows(new Text(picture.Title), new Text(StatusPicture.Alone));
        return new Rows([table, .. copies]);
    }
}
