using System.Diagnostics;
using System.Text.Json;

namespace Harper.Host.Demo;

/// <summary>What the demonstration does, step by step; each step ends in checks.</summary>
internal sealed class DemoScript(DemoCluster cluster, IDemoScreen screen)
{
    /// <summary>Seconds on an idle machine; a busy one is given time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly DemoProgress _progress = new(cluster);

    public async Task RunAsync(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        await LoadAsync(cancellation);
        await CheckDigestsAsync("all three nodes hold the same rows", cancellation);
        await WriteAndReadAsync(cancellation);
        await KillAndCatchUpAsync(cancellation);
        await ConflictAsync(cancellation);
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        screen.Step("Three nodes, two introductions");
        cluster.CheckPorts();
        var started = Stopwatch.GetTimestamp();
        foreach (var node in cluster.Nodes) node.Start();
        await Task.WhenAll(cluster.Nodes.Select(node => node.WaitUntilAnsweringAsync(cancellation)));
        screen.Held($"three processes answer after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
        await DemoCluster.IntroduceAsync(cluster.Two, cluster.One, cancellation);
        screen.Held("two was introduced to one");
        await DemoCluster.IntroduceAsync(cluster.Three, cluster.Two, cancellation);
        screen.Held("three was introduced to two only");
        await DemoWait.UntilAsync("all nodes found each other", Patience, () => cluster.IsMeshedAsync(cancellation), cancellation);
        screen.Held("gossip did the rest: every node is connected to every other");
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        screen.Step("The airports of the world, loaded into node one");
        var file = Path.Combine(AppContext.BaseDirectory, "Demo", "airports.csv");
        var data = await File.ReadAllTextAsync(file, cancellation);
        var rows = data.AsSpan().Count('\n') - 1;
        await cluster.One.RunAsync(new
        {
            operation = "create_table", database = DemoCluster.Database, table = DemoCluster.Table, primary_key = "ident",
        }, cancellation);
        var job = await cluster.One.RunAsync(new
        {
            operation = "csv_data_load", database = DemoCluster.Database, table = DemoCluster.Table, data,
        }, cancellation);
        var done = WaitForLoadAsync(job.GetProperty("job_id").GetString()!, rows, cancellation);
        await screen.WatchAsync($"{rows:N0} airports", _progress, done, cancellation);
        screen.Held($"{rows:N0} airports on every node");
    }

    private async Task WaitForLoadAsync(string job, int rows, CancellationToken cancellation)
    {
        await DemoWait.UntilAsync("the load is complete", Patience, async () =>
        {
            var jobs = await cluster.One.RunAsync(new { operation = "get_job", id = job }, cancellation);
            var status = jobs[0].GetProperty("status").GetString();
            if (status == "ERROR") throw new DemoFailure($"csv_data_load failed: {jobs[0].GetProperty("message")}");
            return status == "COMPLETE";
        }, cancellation);
        await DemoWait.UntilAsync("every node has all rows", Patience, async () =>
        {
            var counts = await Task.WhenAll(cluster.Nodes.Select(node => DemoCluster.CountAsync(node, exact: true, cancellation)));
            return counts.All(count => count == rows);
        }, cancellation);
    }

    private async Task CheckDigestsAsync(string what, CancellationToken cancellation)
    {
        var digests = Array.Empty<string>();
        await DemoWait.UntilAsync("all digests are equal", Patience, async () =>
        {
            digests = await Task.WhenAll(cluster.Nodes.Select(node => DemoCluster.DigestAsync(node, cancellation)));
            return digests.Distinct().Count() == 1;
        }, cancellation);
        screen.Held($"{what}: SHA-256 {digests[0][..16]}… on one, two and three");
    }

    private async Task WriteAndReadAsync(CancellationToken cancellation)
    {
        screen.Step("Write on three, read on one");
        var started = Stopwatch.GetTimestamp();
        await DemoCluster.WriteAsync(cluster.Three, "insert", [new { ident = "DEMO", name = "Flughafen Überall – 到处机场", elevation_ft = 42 }], cancellation);
        await DemoWait.UntilAsync("the row is on node one", Patience, async () =>
            await DemoCluster.ReadAsync(cluster.One, "DEMO", cancellation) is { } row && row.GetProperty("elevation_ft").GetInt32() == 42, cancellation);
        screen.Held($"read on one {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms after the write on three began");
    }

    private async Task KillAndCatchUpAsync(CancellationToken cancellation)
    {
        screen.Step("Kill two, go on writing, bring it back");
        await cluster.Two.KillAsync();
        screen.Held("two was killed with SIGKILL");
        for (var batch = 0; batch < 10; batch++)
        {
            var records = Enumerable.Range(batch * 200, 200).Select(i => (object)new { ident = $"AWAY-{i:0000}", name = $"Written while two was away, {i}", elevation_ft = i });
            await DemoCluster.WriteAsync(batch % 2 == 0 ? cluster.One : cluster.Three, "insert", [.. records], cancellation);
        }

        screen.Held("2,000 rows were written on one and three meanwhile");
        var started = Stopwatch.GetTimestamp();
        cluster.Two.Start();
        await cluster.Two.WaitUntilAnsweringAsync(cancellation);
        screen.Held($"two answers again after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
        var expected = await DemoCluster.CountAsync(cluster.One, exact: true, cancellation);
        var caughtUp = DemoWait.UntilAsync("two caught up", Patience,
            async () => await DemoCluster.CountAsync(cluster.Two, exact: true, cancellation) == expected, cancellation);
        await screen.WatchAsync("two catches up", _progress, caughtUp, cancellation);
        await CheckDigestsAsync("two caught up by itself", cancellation);
    }

    private async Task ConflictAsync(CancellationToken cancellation)
    {
        screen.Step("Conflicts");
        await Task.WhenAll(cluster.Nodes.Select((node, i) => DemoCluster.WriteAsync(
            node, "update", [new Dictionary<string, object> { ["ident"] = "DEMO", [$"seen_by_{node.Name}"] = true, ["elevation_ft"] = 100 + i }], cancellation)));
        JsonElement?[] rows = [];
        await DemoWait.UntilAsync("all nodes agree on the row", Patience, async () =>
        {
            rows = await Task.WhenAll(cluster.Nodes.Select(node => DemoCluster.ReadAsync(node, "DEMO", cancellation)));
            return rows.All(row => row is not null) && rows.Select(row => row!.Value.GetProperty("elevation_ft").GetInt32()).Distinct().Count() == 1
                && rows.All(row => cluster.Nodes.All(node => row!.Value.TryGetProperty($"seen_by_{node.Name}", out var seen) && seen.ValueKind == JsonValueKind.True));
        }, cancellation);
        screen.Held("disjoint updates of one row on three nodes at once: all three survived, everywhere");
        screen.Held($"conflicting updates: everybody agrees on elevation_ft = {rows[0]!.Value.GetProperty("elevation_ft")}");
        await CheckDigestsAsync("and the tables are equal again", cancellation);
    }
}
