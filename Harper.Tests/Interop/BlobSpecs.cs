using System.Security.Cryptography;
using System.Text.Json;
using Harper.Core.Identity;
using Harper.Storage.Rocks;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>Proves rule 24 and invariant 8 with blobs of a running original: set aside whole, counted and shown, passed on unchanged, while everything else goes on.</summary>
[Collection(ProcessCollection.Name)]
public sealed class BlobSpecs : IAsyncDisposable
{
    /// <summary>Three that go in pieces, and one that 4.7 writes into the record.</summary>
    private static readonly int[] Sizes = [20_000, 300_000, 2_000_000, 50];

    private readonly CuttableLinks _links = new();
    private readonly MixedCluster _cluster = new("127.0.85");

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _links.DisposeAsync();
    }

    [Fact]
    public async Task Blobs_of_an_original_should_be_set_aside_shown_and_passed_on_as_they_came_and_stop_no_link()
    {
        var original = _cluster.Original(1, [], _cluster.Behind(1));
        var (near, far) = (_cluster.Ours(2, [], _cluster.Behind(2)), _cluster.Ours(3, [], _cluster.Behind(3)));
        original.AddComponent("pictures",
            ("schema.graphql", "type picture @table @export {\n  id: ID @primaryKey\n  name: String\n  content: Blob\n}\n"),
            ("config.yaml", "rest: true\ngraphqlSchema:\n  files: '*.graphql'\njsResource:\n  files: '*.js'\n"),
            ("resources.js", """
                export class draw extends Resource {
                	async post(data) {
                		const { id, size } = await data;
                		const content = size > 0 ? createBlob(Buffer.from(Array.from({ length: size }, (_, i) => (i * 7 + size) & 255))) : undefined;
                		await tables.picture.put({ id, name: `row ${id}`, content }, this.getContext());
                		return { id };
                	}
                }
                """));
        foreach (var node in _cluster.Nodes) _links.Open(node.Address);
        _links.Cut(original.Address, far.Address);
        await _cluster.StartAsync();
        await near.CallAsync(new { operation = "add_node", url = CuttableLinks.UrlOf(original.Address), authorization = new { username = "admin", password = "Abc1234!" } });
        await far.CallAsync(new { operation = "add_node", url = CuttableLinks.UrlOf(near.Address), authorization = new { username = "admin", password = "Abc1234!" } });
        foreach (var node in (NodeProcess[])[near, far]) await _cluster.UntilAsync($"{node.Address} has the table", async () => await MixedCluster.CountAsync(node, "data", "picture") >= 0);
        await DrawAsync(original, "first", 0);
        foreach (var node in (NodeProcess[])[near, far]) await _cluster.UntilReadsAsync(node, "data", "picture", "first", "name", "row first");

        foreach (var size in Sizes) await DrawAsync(original, $"of {size}", size);
        await DrawAsync(original, "last", 0);
        foreach (var node in (NodeProcess[])[near, far])
        {
            await _cluster.UntilReadsAsync(node, "data", "picture", "last", "name", "row last");
            await _cluster.UntilAsync($"{node.Address} shows what it set aside", async () =>
                await QuarantinedAsync(node) == Sizes.Length && (await node.AdminAsync("actors")).Contains($"\"quarantinedTransactions\":{Sizes.Length}", StringComparison.Ordinal));
            Assert.Equal(2, await MixedCluster.CountAsync(node, "data", "picture"));
        }

        // Its own writes still go there: the link stands both ways.
        await near.CallAsync(new { operation = "insert", database = "data", table = "picture", records = new[] { new { id = "ours", name = "row ours" } } });
        await _cluster.UntilReadsAsync(original, "data", "picture", "ours", "name", "row ours");
        Assert.True(await MixedCluster.ConnectedAsync(near, original, "data"));

        await near.StopAsync();
        await far.StopAsync();
        var (here, there) = (Held(near), Held(far));
        Assert.Equal(here, there);
        foreach (var size in Sizes[..3]) Assert.Contains(here, held => held.EndsWith($" {size} {Digest(size)}", StringComparison.Ordinal));
    }

    private static string Digest(int size) => Convert.ToHexString(SHA256.HashData([.. Enumerable.Range(0, size).Select(i => (byte)((i * 7) + size))]));

    /// <summary>Each transaction that was set aside: its stamp, its records in their bytes, and length and digest of the content that came with it.</summary>
    private static List<string> Held(HostProcess node)
    {
        using var rocks = new RocksStoreFactory(RocksSettings.Default);
        using var store = rocks.Open(Path.Combine(node.Root, "database", "data"));
        using var database = new TestDatabase(store, self: new NodeName(node.Address), withTable: false);
        using var view = database.Engine.OpenView(database.Now);
        return [.. database.Engine.ReadQuarantine(10).Select(entry =>
        {
            byte[] content = [.. view.ReadBlobs(entry.Transaction.Stamp).SelectMany(piece => piece.Content.ToArray())];
            var records = entry.Transaction.Changes.Select(change => $"{change.Table} {change.Kind} {Convert.ToHexString(change.Key.Span)} {string.Join(',', change.Value.Shape.Names)} {Convert.ToHexString(change.Value.Values.Span)}");
            return $"{entry.Transaction.Stamp} {string.Join(' ', records)} {content.Length} {Convert.ToHexString(SHA256.HashData(content))}";
        })];
    }

    private static async Task<int> QuarantinedAsync(NodeProcess node) =>
        (await node.CallAsync(new { operation = "cluster_status" })).GetProperty("connections").EnumerateArray()
            .SelectMany(connection => connection.GetProperty("database_sockets").EnumerateArray())
            .Max(socket => socket.TryGetProperty("quarantinedTransactions", out var count) ? count.GetInt32() : 0);

    private static Task DrawAsync(OriginalNode node, string id, int size) => node.RestAsync(HttpMethod.Post, "/draw", new { id, size });
}
