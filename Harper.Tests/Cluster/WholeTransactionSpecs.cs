using System.Collections.Concurrent;
using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Reading;
using Harper.Core.Schema;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-TXN-09, 10, R-P2P-17 and R-P2P-20 between whole nodes: transactions of many rows in three tables are written without a pause while others read them, by
/// stream, by copy, and through a third node while one pair cannot reach each other. Nobody ever sees half of one, and what stays local leaves by none of these ways.
/// </summary>
public sealed class WholeTransactionSpecs : IAsyncDisposable
{
    private const int Rows = 40;
    private static readonly string[] Tables = ["account", "entry", "total"];

    private readonly InMemoryTransport _network = new();
    private readonly List<ClusterNode> _nodes = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<string> _halves = new();
    private readonly ConcurrentDictionary<string, int> _reads = new();
    private readonly ConcurrentBag<ClusterNode> _read = [];

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        foreach (var node in _nodes) await node.DisposeAsync();
        _ending.Dispose();
    }

    [Fact]
    public async Task A_reader_should_see_a_transaction_whole_or_not_at_all_however_it_comes()
    {
        var (a, b) = (await StartAsync(2, 3, 4), await StartAsync(3, 2, 4));
        foreach (var table in Tables.Append("secret"))
            await a.CallAsync(new { operation = "create_table", database = "data", table, primary_key = "id", replicate = table == "secret" ? (bool?)false : null });
        await a.CallAsync(new { operation = "insert", database = "data", table = "secret", records = new[] { new { id = 1 } } });
        var writing = WriteAsync(a);
        var reading = new List<Task> { ReadAsync(b) };
        await ReadManyAsync(b, 20);

        // By a copy while writes go on.
        var c = await StartAsync(4, 2, 3);
        reading.Add(ReadAsync(c));
        await Wait.UntilAsync(() => Round(c) > 0 && !IsCopying(c), "the third is copied to", 60);
        await ReadManyAsync(c, 20);

        // R-P2P-17: the first two cannot reach each other, both reach the third.
        await a.Faulty!.CutAsync(b.Name);
        await b.Faulty!.CutAsync(a.Name);
        var cut = Round(a);
        await Wait.UntilAsync(() => Round(b) > cut, "it comes through the third", 60);
        await ReadManyAsync(b, 20);
        await ReadManyAsync(c, 20);

        // And directly again.
        a.Faulty.Mend(b.Name);
        b.Faulty.Mend(a.Name);
        await Wait.UntilAsync(() => a.Connected.Contains(b.Name) && b.Connected.Contains(a.Name), "they are connected again", 60);
        await ReadManyAsync(b, 20);
        await _ending.CancelAsync();
        var last = await writing;
        await Task.WhenAll(reading);
        Assert.Empty(_halves);
        await Wait.UntilAsync(() => Round(b) == last && Round(c) == last, "all of it is everywhere", 60);

        // R-P2P-20: neither stream, copy nor relay takes along what is to stay.
        Assert.All((ClusterNode[])[b, c], node => Assert.Null(node.Databases.Find(DatabaseName.Data)!.Engine.Catalog.Find(new TableName("secret"))));
    }

    /// <summary>Rounds of one transaction each: the same number in every row of every table.</summary>
    private async Task<int> WriteAsync(ClusterNode node)
    {
        var round = 0;
        while (!_ending.IsCancellationRequested)
        {
            round++;
            var operations = Tables.Select(table => new { operation = "upsert", table, records = Enumerable.Range(0, Rows).Select(id => new { id, round }) });
            await node.CallAsync(new { operation = "transaction", database = "data", operations });

            // Never far ahead of those who are read: what is waited for would come ever later.
            while (!_ending.IsCancellationRequested && _read.Any(reader => !IsCopying(reader) && Round(reader) is > 0 and var there && there < round - 5)) await Wait.PassAsync(TimeSpan.FromMilliseconds(2));
        }

        return round;
    }

    private Task ReadAsync(ClusterNode node)
    {
        _read.Add(node);
        return Task.Run(() => ReadUntilEndAsync(node));
    }

    private async Task ReadUntilEndAsync(ClusterNode node)
    {
        while (!_ending.IsCancellationRequested)
        {
            await Wait.PassAsync(TimeSpan.FromMilliseconds(1));

            // What is still copied makes no such promise, and says so (rule 23).
            if (IsCopying(node)) continue;
            var one = AllRounds(node);
            var first = await SearchAsync(node, Tables[0]);
            var second = await SearchAsync(node, Tables[2]);
            var third = await SearchAsync(node, Tables[0]);
            if (IsCopying(node)) continue;
            if (one.Distinct().Count() > 1 || one.Count is not (0 or 3 * Rows)) _halves.Enqueue($"{node.Name}: {one.Count} rows of rounds {string.Join(", ", one.Distinct())} in one view");
            foreach (var found in (int[][])[first, second, third])
                if (found.Distinct().Count() > 1 || found.Length is not (0 or Rows)) _halves.Enqueue($"{node.Name}: {found.Length} rows of rounds {string.Join(", ", found.Distinct())} in one search");

            // One table after the other: what was seen in one is in the other as well.
            if (Max(first) > Max(second) || Max(second) > Max(third)) _halves.Enqueue($"{node.Name}: rounds {Max(first)}, {Max(second)}, {Max(third)} one after the other");
            _reads.AddOrUpdate(node.Name, 1, (_, reads) => reads + 1);
        }
    }

    private async Task ReadManyAsync(ClusterNode node, int more)
    {
        var (reads, round) = (_reads.GetValueOrDefault(node.Name), Round(node));
        await Wait.UntilAsync(() => _reads.GetValueOrDefault(node.Name) >= reads + more && Round(node) > round, $"{node.Name} is read", 60);
    }

    private static int Max(int[] rounds) => rounds.Length == 0 ? 0 : rounds.Max();

    private static bool IsCopying(ClusterNode node) => node.Databases.Find(DatabaseName.Data)?.Engine.Positions is { Copy: not null } or { Rest: not null };

    private static int Round(ClusterNode node) => AllRounds(node).DefaultIfEmpty().Min();

    private static List<int> AllRounds(ClusterNode node)
    {
        if (node.Databases.Find(DatabaseName.Data) is not { } database) return [];
        using var view = database.OpenView();
        return [.. Tables.Select(table => view.Catalog.Find(new TableName(table))).OfType<TableDefinition>().SelectMany(table => Rounds(view, table))];
    }

    private static List<int> Rounds(IReadView view, TableDefinition table)
    {
        var rounds = new List<int>();
        using var rows = view.ScanRows(table, null);
        while (rows.MoveNext())
            if (view.TryRead(table, rows.Key, out var row))
                rounds.Add(int.Parse(Records.Text(row.Record).Split(' ').Single(part => part.StartsWith("round=", StringComparison.Ordinal))[6..]));
        return rounds;
    }

    private static async Task<int[]> SearchAsync(ClusterNode node, string table)
    {
        var (status, body) = await node.TryCallAsync(
            new { operation = "search_by_value", database = "data", table, search_attribute = "id", search_value = "*", get_attributes = new[] { "round" } });
        return status == 200 ? [.. body.EnumerateArray().Select(row => row.GetProperty("round").GetInt32())] : [];
    }

    private async Task<ClusterNode> StartAsync(int number, params int[] others)
    {
        var options = new ClusterNodeOptions($"127.0.0.{number}") { Network = _network, Faults = new TransportFaults() };
        var node = await ClusterNode.StartAsync(options.With([.. others.Select(other => $"127.0.0.{other}")]));
        _nodes.Add(node);
        return node;
    }
}
