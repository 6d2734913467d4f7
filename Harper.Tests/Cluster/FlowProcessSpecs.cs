using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>Proves R-FLO-01..08, 11, R-CFG-10, 22, 33, R-SEL-02 between processes that read the example of the documentation from their files.</summary>
[Collection(ProcessCollection.Name)]
public sealed class FlowProcessSpecs : IAsyncDisposable
{
    private const string Local = "127.0.51.1", Two = "127.0.51.2", Three = "127.0.51.3";

    /// <summary>The example as it is documented, with addresses for the names that would need a name service.</summary>
    private const string Example = """
        replication:
          databases:
            - data
          routes:
            - host: node-two
              replicates:
                sends: false
                receives: true
            - host: node-three
              replicates:
                sends: true
                receives: false
        """;

    private readonly List<HostProcess> _nodes = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    [Fact]
    public async Task The_documented_example_should_make_a_pipeline_that_nothing_comes_back_through()
    {
        // Each has a row of its own before they know each other: the first copy goes by the directions too.
        var (local, two, three) = (New(Local), New(Two), New(Three));
        await Task.WhenAll(_nodes.Select(node => node.StartAndWaitAsync()));
        foreach (var (node, id) in new[] { (local, 1), (two, 2), (three, 3) }) await WriteAsync(node, id);
        foreach (var node in _nodes) await StopAsync(node);

        Configure(local, Example);
        Configure(two, Neighbour);
        Configure(three, Neighbour);
        await Task.WhenAll(_nodes.Select(node => node.StartAndWaitAsync()));
        await UntilAsync(local, 2);
        await UntilAsync(three, 1, 2);
        await WriteAsync(three, 30);
        await WriteAsync(local, 10);
        await WriteAsync(two, 20);
        await UntilAsync(three, 10, 20);
        Assert.Equal("1, 2, 10, 20", string.Join(", ", await IdsAsync(local)));
        Assert.Equal("2, 20", string.Join(", ", await IdsAsync(two)));

        // The side that was not told is told why.
        await WaitForStatusAsync(two, "Unauthorized database subscription to data");

        // A changed file counts from the next start on.
        await StopAsync(local);
        Configure(local, Example.Replace("sends: true", "sends: false", StringComparison.Ordinal));
        await local.StartAndWaitAsync();
        await WriteAsync(two, 21);
        await UntilAsync(local, 21);
        await WriteAsync(local, 11);
        Assert.Equal("1, 2, 3, 10, 20, 30", string.Join(", ", await IdsAsync(three)));
        Assert.Equal(200, (await local.RunAsync(new { operation = "cluster_status" })).Status);
    }

    private static string Neighbour => $"""
        replication:
          databases:
            - data
          routes:
            - {Local}
        """;

    private static void Configure(HostProcess node, string yaml)
    {
        Directory.CreateDirectory(node.Root);
        File.WriteAllText(
            Path.Combine(node.Root, "harperdb-config.yaml"),
            yaml.Replace("node-two", Two, StringComparison.Ordinal).Replace("node-three", Three, StringComparison.Ordinal));
    }

    private HostProcess New(string address)
    {
        var node = new HostProcess(address);
        _nodes.Add(node);
        return node;
    }

    private static async Task StopAsync(HostProcess node)
    {
        node.Terminate();
        await node.EndAsync();
    }

    private static async Task WriteAsync(HostProcess node, int id)
    {
        await node.RunAsync(new { operation = "create_table", table = "dog", primary_key = "id" });
        Assert.Equal(200, (await node.RunAsync(new { operation = "insert", table = "dog", records = new[] { new { id } } })).Status);
    }

    private static async Task<int[]> IdsAsync(HostProcess node)
    {
        var (status, rows) = await node.RunAsync(new { operation = "search_by_value", table = "dog", attribute = "id", value = "*", get_attributes = new[] { "id" } });
        return status == 200 ? [.. rows.EnumerateArray().Select(row => row.GetProperty("id").GetInt32()).Order()] : [];
    }

    private static Task UntilAsync(HostProcess node, params int[] ids) =>
        Wait.UntilAsync(async () => ids.All((await IdsAsync(node)).Contains), $"{node.Address} has {string.Join(", ", ids)}");

    private static Task WaitForStatusAsync(HostProcess node, string text) => Wait.UntilAsync(
        async () => (await node.RunAsync(new { operation = "cluster_status" })).Body.GetRawText().Contains(text, StringComparison.Ordinal), $"{node.Address} says '{text}'");
}
