using Spectre.Console;

namespace Harper.Host.Demo;

/// <summary>A table that is redrawn in place a few times a second: for terminals.</summary>
internal sealed class LiveScreen(IAnsiConsole console) : IDemoScreen
{
    private static readonly string[] Columns = ["rows", "rows/s", "lag", "received"];

    public void Step(string title) => console.Write(new Rule($"[bold]{Markup.Escape(title)}[/]").LeftJustified());

    public void Held(string what) => console.MarkupLine($"  [green]✓[/] {Markup.Escape(what)}");

    public void Say(string line) => console.WriteLine(line);

    public Task WatchAsync(string title, DemoProgress progress, Task work, CancellationToken cancellation) =>
        console.Live(Picture(title, [])).AutoClear(false).StartAsync(async live =>
        {
            while (!work.IsCompleted)
            {
                live.UpdateTarget(Picture(title, await progress.SampleAsync(cancellation)));
                live.Refresh();
                await Task.WhenAny(work, Task.Delay(200, cancellation));
            }

            await work;
            live.UpdateTarget(Picture(title, await progress.SampleAsync(cancellation)));
        });

    private static Table Picture(string title, IReadOnlyList<NodeProgress> nodes)
    {
        var table = new Table().Title(Markup.Escape(title)).RoundedBorder().AddColumn("node");
        foreach (var column in Columns) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var node in nodes)
        {
            if (node.Running)
                table.AddRow(node.Node, $"{node.Rows:N0}", $"{node.RowsPerSecond:N0}", $"{node.LagMs:N0} ms", $"{node.Bytes / 1024.0:N0} KiB");
            else
                table.AddRow($"[grey]{node.Node}[/]", "[red]down[/]", "", "", "");
        }

        return table;
    }
}
