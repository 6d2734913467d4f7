namespace Harper.Host.Demo;

/// <summary>Plain lines, one picture of all nodes a second: for pipes and logs.</summary>
internal sealed class PlainScreen(TextWriter output) : IDemoScreen
{
    public void Step(string title) => output.WriteLine($"== {title}");

    public void Held(string what) => output.WriteLine($"   ok: {what}");

    public void Say(string line) => output.WriteLine(line);

    public async Task WatchAsync(string title, DemoProgress progress, Task work, CancellationToken cancellation)
    {
        while (!work.IsCompleted)
        {
            foreach (var node in await progress.SampleAsync(cancellation)) output.WriteLine("   " + Line(node));
            await Task.WhenAny(work, Task.Delay(1000, cancellation));
        }

        await work;
        foreach (var node in await progress.SampleAsync(cancellation)) output.WriteLine("   " + Line(node));
    }

    private static string Line(NodeProgress node) => node.Running
        ? $"node {node.Node,-5} {node.Rows,7:N0} rows  {node.RowsPerSecond,8:N0} rows/s  lag {node.LagMs,6:N0} ms  received {node.Bytes / 1024.0,8:N0} KiB"
        : $"node {node.Node,-5} is down";
}
