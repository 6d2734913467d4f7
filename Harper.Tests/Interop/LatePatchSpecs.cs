using System.Text;
using System.Text.Json;
using Harper.Tests.Cluster;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Interop;

/// <summary>
/// Rule 2 between both kinds: patches, deletes and puts that reach the other side after newer ones, because the link was cut meanwhile. Where the original itself depends on the
/// order of arrival, what it ends with is shown beside what we do.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class LatePatchSpecs : IAsyncDisposable
{
    private static readonly string[] Attributes = ["id", "a", "b", "c"];

    private readonly CuttableLinks _links = new();
    private readonly MixedCluster _cluster = new("127.0.81");

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _links.DisposeAsync();
    }

    [Fact]
    public async Task What_arrives_late_should_end_in_the_rows_that_its_versions_say()
    {
        var original = _cluster.Original(1, [], _cluster.Behind(1));
        var ours = _cluster.Ours(2, [], _cluster.Behind(2));
        original.AddTable("late");
        foreach (var node in _cluster.Nodes) _links.Open(node.Address);
        await _cluster.StartAsync();
        await original.CallAsync(new { operation = "add_node", url = CuttableLinks.UrlOf(ours.Address), authorization = new { username = "admin", password = "Abc1234!" } });
        await _cluster.UntilMeshedAsync("system");
        await _cluster.UntilAsync("the table is here", async () => await MixedCluster.CountAsync(ours, "data", "late") >= 0);
        await _cluster.UntilMeshedAsync("system", "data");
        await ours.CallAsync(new { operation = "insert", database = "data", table = "late", records = Enumerable.Range(1, 9).Select(id => new { id = $"{id}", a = 0, b = 0 }) });
        await _cluster.UntilAsync("the rows are on both", async () => await MixedCluster.CountAsync(original, "data", "late") == 9);
        await original.CallAsync(new { operation = "insert", database = "data", table = "late", records = new[] { new { id = "100", a = 0 } } });
        await _cluster.UntilAsync("and the way back stands", async () => await MixedCluster.ReadAsync(ours, "data", "late", "100") is not null);

        // Each line is older than the next.
        _links.Cut(original.Address, ours.Address);
        await PatchAsync(original, new { id = "1", a = 1 });
        await PatchAsync(ours, new { id = "1", b = 2 });

        await PatchAsync(original, new { id = "2", a = 1 });
        await PatchAsync(ours, new { id = "2", a = 2 });

        await PatchAsync(ours, new { id = "3", a = 1 });
        await PatchAsync(original, new { id = "3", a = 2 });

        await PatchAsync(original, new { id = "4", a = 1 });
        await DeleteAsync(ours, "4");
        await InsertAsync(ours, new { id = "4", c = 3 });

        await DeleteAsync(ours, "5");
        await PatchAsync(original, new { id = "5", b = 2 });

        await DeleteAsync(original, "6");
        await PatchAsync(ours, new { id = "6", b = 2 });

        await PatchAsync(ours, new { id = "7", a = 1 });
        await DeleteAsync(ours, "7");
        await PatchAsync(original, new { id = "7", b = 3 });

        await PatchAsync(ours, new { id = "8", a = 1 });
        await DeleteAsync(ours, "8");
        await InsertAsync(ours, new { id = "8", c = 3 });
        await PatchAsync(original, new { id = "8", b = 4 });

        await DeleteAsync(ours, "9");
        await InsertAsync(ours, new { id = "9", c = 2 });
        await PatchAsync(original, new { id = "9", b = 3 });

        await InsertAsync(ours, new { id = "200", a = 0 });
        await InsertAsync(original, new { id = "201", a = 0 });
        _links.Mend(original.Address, ours.Address);
        foreach (var (node, last) in ((NodeProcess, string)[])[(original, "200"), (ours, "201")])
            await _cluster.UntilAsync("what was written last has crossed", async () => await MixedCluster.ReadAsync(node, "data", "late", last) is not null);

        // id a b c
        Assert.Equal("""
            1 1 2 null
            2 2 0 null
            3 2 0 null
            4 null null 3
            5 null 2 null
            6 null 2 null
            7 null 3 null
            8 null 4 3
            9 null 3 2

            """, await RowsAsync(ours));

        // 5 and 9: a delete that comes after a newer patch does nothing there.
        var theirs = await RowsAsync(original);
        Assert.Equal("""
            1 1 2 null
            2 2 0 null
            3 2 0 null
            4 null null 3
            5 0 2 null
            6 null 2 null
            9 0 3 2

            """, Without(theirs, '7', '8'));

        // 7 and 8: an older patch that comes late takes the row back to its own time, so that what is older than the newer patch wins over it, unless a busy original happens to commit it
        // before the patch.
        Assert.Contains(Without(theirs, '1', '2', '3', '4', '5', '6', '8', '9'), (string[])["", "7 0 3 null\n"]);
        Assert.Contains(Without(theirs, '1', '2', '3', '4', '5', '6', '7', '9'), (string[])["8 null null 3\n", "8 0 4 3\n"]);

        // Whoever puts the record anew makes both the same again.
        foreach (var id in (string[])["5", "7", "8", "9"])
        {
            await DeleteAsync(ours, id);
            await InsertAsync(ours, new { id, c = 5 });
        }

        await _cluster.UntilAsync("both hold the same again", async () => await RowsAsync(ours) is var rows && rows == await RowsAsync(original) && rows.Contains("9 null null 5", StringComparison.Ordinal));
    }

    private static string Without(string rows, params char[] ids) => string.Concat(rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(row => !ids.Contains(row[0])).Select(row => row + '\n'));

    private static async Task<string> RowsAsync(NodeProcess node) =>
        string.Concat((await MixedCluster.RowsAsync(node, "late", Attributes)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(row => row[2] == '"').Select(row => row.Replace("\"", "") + '\n'));

    /// <summary>An original takes its time from a clock of its process, which runs some milliseconds beside that of the machine: what is to be later is written later than that.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(25);

    private static async Task PatchAsync(NodeProcess node, object record)
    {
        await Wait.PassAsync(Apart);
        await (node is OriginalNode original ? RestAsync(original, record) : node.CallAsync(new { operation = "update", database = "data", table = "late", records = new[] { record } }));
    }

    private static Task RestAsync(OriginalNode node, object record)
    {
        var fields = JsonSerializer.SerializeToNode(record)!.AsObject();
        var id = fields["id"]!.GetValue<string>();
        fields.Remove("id");
        return node.RestAsync(HttpMethod.Patch, $"/late/{id}", fields);
    }

    private static async Task InsertAsync(NodeProcess node, object record)
    {
        await Wait.PassAsync(Apart);
        await node.CallAsync(new { operation = "insert", database = "data", table = "late", records = new[] { record } });
    }

    private static async Task DeleteAsync(NodeProcess node, string id)
    {
        await Wait.PassAsync(Apart);
        await node.CallAsync(new { operation = "delete", database = "data", table = "late", ids = new[] { id } });
    }
}
