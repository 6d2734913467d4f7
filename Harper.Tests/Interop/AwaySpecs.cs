using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>Proves R-SYN-04 and R-P2P-16: an original that is away while 64 MB are loaded (2 GB with <c>--long</c>) gets everything, and this node's memory stays flat.</summary>
[Collection(ProcessCollection.Name)]
public sealed class AwaySpecs : IAsyncDisposable
{
    private const int RowBytes = 32_000;
    private static readonly int Rows = LongRun.Scale(2_000, 64_000);
    private readonly MixedCluster _cluster = new("127.0.86");

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_original_that_is_away_during_a_load_should_get_all_of_it_and_memory_here_stay_flat()
    {
        var (original, ours) = (_cluster.Original(1), _cluster.Ours(2));
        await _cluster.StartAsync();
        await MixedCluster.IntroduceAsync(original, ours);
        await _cluster.UntilMeshedAsync("system");
        await _cluster.CreateTableAsync(ours, "load");
        await _cluster.UntilMeshedAsync("system", "data");
        await MixedCluster.InsertAsync(ours, "load", Rows);
        await _cluster.UntilHasAsync(original, "load", Rows);

        await original.KillAsync();
        var before = ours.Memory();
        for (var id = 0; id < Rows; id += 100)
            await ours.CallAsync(new { operation = "insert", database = "data", table = "load", records = Enumerable.Range(id, 100).Select(id => new { id, name = $"row {id}", text = Text(id) }) });
        var loaded = ours.Memory();
        await original.StartAgainAsync();
        var most = 0L;
        await _cluster.UntilAsync("the last is there", async () =>
        {
            most = Math.Max(most, ours.Memory());
            return await MixedCluster.ReadAsync(original, "data", "load", Rows - 1) is not null;
        }, LongRun.Scale(120, 900));
        await _cluster.UntilCountsAsync(original, "load", Rows + 1, LongRun.Scale(120, 900));
        for (var id = 0; id < Rows; id += Rows / 20)
            Assert.Equal(Text(id), (await MixedCluster.ReadAsync(original, "data", "load", id))!.Value.GetProperty("text").GetString());
        TestContext.Current.TestOutputHelper?.WriteLine($"{Rows * (long)RowBytes / 1_000_000} MB: {before >> 20} MB before, {loaded >> 20} MB when loaded, {most >> 20} MB at most while it was sent");
        Assert.InRange(most >> 20, 1, (loaded >> 20) + 150);
    }

    private static string Text(int id) => $"{id} ".PadRight(RowBytes, (char)('a' + (id % 26)));
}
