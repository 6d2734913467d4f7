using System.Diagnostics;
using System.Text;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Security;

/// <summary>X32: what one that comes again and again and is refused each time, on the plain and on the secure port, costs: two lines of the log, and processor time that is published.</summary>
[Collection(ProcessCollection.Name)]
public sealed class RefusalSpecs : IAsyncLifetime
{
    private const string Node = "127.0.43.71", Stranger = "127.0.43.72";
    private const int AtOnce = 75;
    private static readonly int Times = LongRun.Scale(150, 3_000);

    private readonly HostProcess _node = new(Node, ("REPLICATION_SECUREPORT", "9943"), ("LOGGING_LEVEL", "warn"));

    public async ValueTask InitializeAsync() => await _node.StartAndWaitAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Whoever_is_refused_again_and_again_should_cost_a_line_a_minute_and_port()
    {
        var watch = Stopwatch.StartNew();
        await MeasureAsync("upgrades without a name that is known", async () =>
        {
            using var connection = await HostileConnection.OpenAsync(Stranger, Node, 9933);
            await connection.UpgradeAsync(Node);
            await connection.FrameAsync("no frame of anybody"u8.ToArray());
            Assert.True(await connection.EndsAsync());
        });
        await MeasureAsync("hellos of TLS that are none", async () =>
        {
            using var connection = await HostileConnection.OpenAsync(Stranger, Node, 9943);
            await connection.TrySendAsync(Encoding.Latin1.GetBytes("\u0016\u0003\u0001\u0000\u0005\u0001\u0000\u0000\u0001\u0000"));
            Assert.True(await connection.EndsAsync());
        });
        // One more for each port and each minute that it took.
        var most = 2 * (1 + (int)watch.Elapsed.TotalMinutes);
        var lines = _node.Output.Split('\n').Count(line => line.Contains(Stranger, StringComparison.Ordinal));
        Assert.InRange(lines, 2, most);
    }

    private async Task MeasureAsync(string what, Func<Task> once)
    {
        // The first of a kind compiles.
        await ManyAsync(AtOnce, once);
        var before = ProcessorTime();
        await ManyAsync(Times, once);
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {(ProcessorTime() - before).TotalMilliseconds / Times:0.00} ms of a processor each");
    }

    /// <summary>Whoever is refused is given time to say goodbye, so that one after the other would take long.</summary>
    private static async Task ManyAsync(int times, Func<Task> once)
    {
        foreach (var some in Enumerable.Range(0, times).Chunk(AtOnce)) await Task.WhenAll(some.Select(_ => once()));
    }

    private TimeSpan ProcessorTime()
    {
        using var process = Process.GetProcessById(_node.Id);
        return process.TotalProcessorTime;
    }
}
