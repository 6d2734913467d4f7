using System.Diagnostics;
using System.Text.Json;
using Harper.Host.Demo;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Cluster.CopyCluster;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-SYN-09: a copy whose source or receiver is killed goes on where it stopped, and next to nothing travels twice. A few kills in every run, many over
/// two gigabytes with <c>--long</c>.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class CopyKillSpecs
{
    private static readonly int Rows = 20_000;
    private static readonly int RowBytes = LongRun.Scale(4_000, 100_000);
    private static readonly int Kills = LongRun.Scale(5, 100);

    private readonly Dictionary<DemoNode, long> _seen = [];

    [Fact]
    public async Task A_copy_should_survive_kills_of_either_side_without_sending_much_again()
    {
        await using var cluster = new CopyCluster("127.0.62", 2);
        var (source, receiver) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.StartAsync(source);
        await CreateTableAsync(source);
        await cluster.LoadAsync(source, 0, Rows, RowBytes);
        await cluster.StartAsync(receiver);

        var random = new Random(20261125);
        var (sent, kills, perRow) = (0L, 0, 0.0);
        for (; kills < Kills; kills++)
        {
            var goal = Rows / (Kills + 2) * (kills + 1) + random.Next(Rows / (Kills + 2) / 2);
            var done = false;
            await UntilAsync($"the copy is beyond {goal} rows", 180, async () =>
            {
                var progress = await ProgressAsync(receiver, source);
                if (progress.Rows > 0) perRow = (double)progress.Bytes / progress.Rows;
                return progress.Rows >= goal || (done = await CountAsync(receiver) == Rows);
            });
            if (done) break;
            var killsSource = random.Next(2) == 0;
            var (victim, survivor) = killsSource ? (source, receiver) : (receiver, source);
            await victim.KillAsync();
            sent += await CopiedSinceAsync(survivor, victim, killsSource);
            _seen[victim] = 0;
            await cluster.StartAsync(victim);
        }

        await WaitUntilEqualAsync(240, source, receiver);
        sent += await CopiedSinceAsync(receiver, source, receives: true);
        var whole = perRow * Rows;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{kills} kills over {whole / 1e6:0} MB, {sent / 1e6:0.0} MB travelled, {100 * (sent - whole) / whole:0.0} % again; "
            + $"peaks of memory {PeakMemory(source):0} and {PeakMemory(receiver):0} MB");
        Assert.True(kills > Kills / 2, $"only {kills} kills");
        Assert.InRange(sent, whole * 0.95, whole * 1.05);
        Assert.InRange(PeakMemory(receiver), 1, 400);
    }

    /// <summary>Bytes of copies that the survivor counted since it was asked last, once its connection has ended and the count stands.</summary>
    private async Task<long> CopiedSinceAsync(DemoNode survivor, DemoNode other, bool receives)
    {
        // Longer than a connection keeps its figures to itself.
        var (counted, since) = (-1L, Stopwatch.StartNew());
        await UntilAsync("the count stands still", 60, async () =>
        {
            var now = Figure(await SocketAsync(survivor, other), receives ? "copiedBytesReceived" : "copiedBytesSent");
            if (now != counted) since.Restart();
            counted = now;
            return since.Elapsed.TotalSeconds > 1.2;
        });
        var more = counted - _seen.GetValueOrDefault(survivor);
        _seen[survivor] = counted;
        return more;
    }
}
