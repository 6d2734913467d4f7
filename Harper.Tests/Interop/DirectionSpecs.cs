using Harper.Tests.Cluster;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>Proves R-FLO-02, 05, 08, R-CLU-07 and rule 20 towards an original, which has no such gate: our side holds alone.</summary>
[Collection(ProcessCollection.Name)]
public sealed class DirectionSpecs : IAsyncDisposable
{
    private readonly MixedCluster _cluster = new("127.0.66");

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task An_original_should_get_nothing_through_a_closed_direction_and_what_was_held_back_once_it_opens()
    {
        var original = _cluster.Original(1);
        var ours = _cluster.Ours(2);
        await _cluster.StartAsync();
        await WriteAsync(ours, 2);
        await WriteAsync(original, 1);
        var introduction = new { username = "admin", password = "Abc1234!" };
        await ours.CallAsync(new
        {
            operation = "add_node", url = $"ws://{original.Address}:9933", authorization = introduction, replicates = new { sends = false, receives = true },
        });
        await _cluster.UntilReadsAsync(ours, "data", "dog", 1, "name", "row 1");
        await WriteAsync(ours, 20);
        await WriteAsync(original, 10);
        await _cluster.UntilReadsAsync(ours, "data", "dog", 10, "name", "row 10");
        Assert.Null(await MixedCluster.ReadAsync(original, "data", "dog", 2));
        Assert.Null(await MixedCluster.ReadAsync(original, "data", "dog", 20));

        await ours.CallAsync(new { operation = "add_node", url = $"ws://{original.Address}:9933", authorization = introduction });
        await _cluster.UntilReadsAsync(original, "data", "dog", 2, "name", "row 2");
        await _cluster.UntilReadsAsync(original, "data", "dog", 20, "name", "row 20");
    }

    private static async Task WriteAsync(Harper.Tests.Support.NodeProcess node, int id)
    {
        await node.RunAsync(new { operation = "create_table", database = "data", table = "dog", primary_key = "id" });
        await node.CallAsync(new { operation = "insert", database = "data", table = "dog", records = new[] { new { id, name = $"row {id}" } } });
    }
}
