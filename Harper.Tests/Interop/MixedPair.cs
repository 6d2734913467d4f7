using System.Net;
using System.Text;
using System.Text.Json;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>One node of each kind that are one cluster, for all specs of a class. The original runs the component of <c>Harper.Tests/Original/component</c>.</summary>
public sealed class MixedPair : IAsyncLifetime
{
    public MixedPair()
    {
        Cluster = new MixedCluster($"127.0.{61 + (Interlocked.Increment(ref _count) % 8)}");
        Original = Cluster.Original(1);
        Ours = Cluster.Ours(2);
    }

    private static int _count;

    internal MixedCluster Cluster { get; }

    internal OriginalNode Original { get; }

    internal HostProcess Ours { get; }

    public async ValueTask InitializeAsync()
    {
        var component = Path.Combine(Repository.Root, "Harper.Tests", "Original", "component");
        Original.AddComponent("interop", [.. Directory.EnumerateFiles(component).Select(file => (Path.GetFileName(file), File.ReadAllText(file)))]);
        await Cluster.StartAsync();
        await MixedCluster.IntroduceAsync(Original, Ours);
        await Cluster.UntilMeshedAsync("system", "data");
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    /// <summary>The writer and the reader of a direction.</summary>
    internal (NodeProcess Writer, NodeProcess Reader) Direction(bool fromOriginal) => fromOriginal ? (Original, Ours) : (Ours, Original);

    /// <summary>A table that both have.</summary>
    internal async Task<string> CreateTableAsync(NodeProcess on, string name, params string[] attributes)
    {
        await on.CallAsync(attributes.Length == 0
            ? new { operation = "create_table", database = "data", table = name, primary_key = "id" }
            : new { operation = "create_table", database = "data", table = name, primary_key = "id", attributes = attributes.Prepend("id").Select(attribute => new { name = attribute, is_primary_key = attribute == "id" }) });
        foreach (var node in Cluster.Nodes)
            await Cluster.UntilAsync($"{node.Address} has {name}", async () => await MixedCluster.CountAsync(node, "data", name) >= 0);
        return name;
    }

    internal static Task WriteAsync(NodeProcess node, string operation, string table, IEnumerable<Dictionary<string, object?>> records) =>
        node.CallAsync(CborValue.Encode(new Dictionary<string, object?> { ["operation"] = operation, ["database"] = "data", ["table"] = table, ["records"] = records.ToList() }), "application/cbor");

    /// <summary>Rows by key, without the times that the writing node added.</summary>
    internal static async Task<List<Dictionary<string, object?>>> ReadAsync(NodeProcess node, string table, IEnumerable<object>? ids = null)
    {
        var request = new Dictionary<string, object?> { ["database"] = "data", ["table"] = table, ["get_attributes"] = new[] { "*" } };
        if (ids is null) (request["operation"], request["search_attribute"], request["search_value"]) = ("search_by_value", "id", "*");
        else (request["operation"], request["ids"]) = ("search_by_id", ids.ToList());
        var answer = await node.CallAsync(CborValue.Encode(request), "application/cbor");
        var rows = ((List<object?>)CborValue.Decode(answer)!).OfType<Dictionary<string, object?>>().ToList();
        foreach (var row in rows)
        {
            row.Remove("__createdtime__");
            row.Remove("__updatedtime__");
        }

        return rows;
    }

    /// <summary>The rows of a table as both see them, key by key, once they hold the same.</summary>
    internal async Task<int> AssertEqualAsync(string table, int atLeast)
    {
        List<string> ours = [], theirs = [];
        await Cluster.UntilAsync($"{table} is the same on both", async () =>
        {
            if (await MixedCluster.CountAsync(Original, "data", table) != await MixedCluster.CountAsync(Ours, "data", table)) return false;
            ours = [.. (await ReadAsync(Ours, table)).Select(CborValue.Describe).Order(StringComparer.Ordinal)];
            theirs = [.. (await ReadAsync(Original, table)).Select(CborValue.Describe).Order(StringComparer.Ordinal)];
            return ours.Count >= atLeast && ours.SequenceEqual(theirs);
        }, async () =>
        {
            ours = [.. (await ReadAsync(Ours, table)).Select(CborValue.Describe)];
            theirs = [.. (await ReadAsync(Original, table)).Select(CborValue.Describe)];
            return $"{ours.Count} rows and {theirs.Count}\n" + string.Join('\n', ours.Except(theirs).Take(3).Select(row => "ours   " + row).Concat(theirs.Except(ours).Take(3).Select(row => "theirs " + row)));
        });
        return ours.Count;
    }

    /// <summary>A request to the REST port of the original.</summary>
    internal Task<JsonElement> RestAsync(HttpMethod method, string path, object body) => Original.RestAsync(method, path, body);
}
