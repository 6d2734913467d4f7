using System.Text.Json;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>Proves R-NRP-09, R-CLU-09, 15, 18 between both kinds: operations that travel over replication sockets.</summary>
[Collection(ProcessCollection.Name)]
public sealed class SocketOperationSpecs(MixedPair pair) : IClassFixture<MixedPair>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_replicated_operation_should_run_on_the_other_kind_and_its_answer_come_back(bool fromOriginal)
    {
        var (caller, other) = pair.Direction(fromOriginal);
        var table = await pair.CreateTableAsync(caller, fromOriginal ? "going1" : "going2");
        var answer = await caller.CallAsync(new { operation = "drop_table", database = "data", table, replicated = true });
        var back = answer.GetProperty("replicated").EnumerateArray().Single();
        Assert.Equal(other.Address, back.GetProperty("node").GetString());
        Assert.Contains("successfully deleted", back.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(-1, await MixedCluster.CountAsync(other, "data", table));
    }

    [Fact]
    public async Task An_operation_that_only_the_original_knows_should_be_refused_politely_and_the_socket_live_on()
    {
        var answer = await pair.Original.CallAsync(new { operation = "add_ssh_key", name = "none", key = "none", host = "none", hostname = "none", replicated = true });
        var back = answer.GetProperty("replicated").EnumerateArray().Single();
        Assert.Equal(pair.Ours.Address, back.GetProperty("node").GetString());
        Assert.Contains("add_ssh_key", back.GetRawText(), StringComparison.Ordinal);
        await pair.Cluster.UntilMeshedAsync("system", "data");
    }

    [Fact]
    public async Task An_original_that_removes_us_should_be_left_by_both_and_may_add_us_again()
    {
        await pair.Original.CallAsync(new { operation = "remove_node", hostname = pair.Ours.Address });
        await pair.Cluster.UntilAsync("neither is connected", async () =>
            !await MixedCluster.ConnectedAsync(pair.Original, pair.Ours) && !await MixedCluster.ConnectedAsync(pair.Ours, pair.Original));
        await MixedCluster.IntroduceAsync(pair.Original, pair.Ours);
        await pair.Cluster.UntilMeshedAsync("system", "data");
    }

    [Fact]
    public async Task An_original_that_we_remove_should_be_left_by_both_and_may_be_added_again()
    {
        await pair.Ours.CallAsync(new { operation = "remove_node", hostname = pair.Original.Address });
        await pair.Cluster.UntilAsync("neither is connected", async () =>
            !await MixedCluster.ConnectedAsync(pair.Original, pair.Ours) && !await MixedCluster.ConnectedAsync(pair.Ours, pair.Original));
        await MixedCluster.IntroduceAsync(pair.Ours, pair.Original);
        await pair.Cluster.UntilMeshedAsync("system", "data");
    }
}
