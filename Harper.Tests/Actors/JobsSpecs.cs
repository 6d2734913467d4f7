using System.Text;
using Harper.Actors.Jobs;
using Harper.Actors.Node;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Operations;
using Harper.Core.Storage.Memory;
using Harper.Core.Values;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>The life of a job, as its row tells it. Proves R-JOB-01, R-JOB-02 and R-JOB-04 below the operations.</summary>
public sealed class JobsSpecs : HarperTestKit
{
    private readonly MemoryStoreFactory _stores = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_should_be_written_down_before_its_id_is_given_and_end_complete()
    {
        var node = await StartAsync();
        var release = new TaskCompletionSource<string>();
        var id = await node.Jobs.StartAsync("csv_data_load", "admin", (_, _) => release.Task);
        Assert.Contains(Row(node, id)["status"], new[] { JobStatus.Created, JobStatus.InProgress });
        await Wait.UntilAsync(() => Row(node, id)["status"] == JobStatus.InProgress, "in progress");
        release.SetResult("successfully loaded 3 of 3 records");
        await Wait.UntilAsync(() => Row(node, id)["status"] == JobStatus.Complete, "complete");
        var row = Row(node, id);
        Assert.Equal(("csv_data_load", "admin", "successfully loaded 3 of 3 records"), (row["type"], row["user"], row["message"]));
        Assert.True(row.ContainsKey("created_datetime") && row.ContainsKey("start_datetime") && row.ContainsKey("end_datetime"));
        await Wait.UntilAsync(async () => await node.Admin.FindAsync($"node/jobs/{id}", Wait.Deadline, Cancellation) is null, "its actor is gone");
    }

    [Fact]
    public async Task What_the_work_throws_should_be_the_error_of_the_job()
    {
        var node = await StartAsync();
        var refused = await node.Jobs.StartAsync("csv_data_load", null, (_, _) => throw OperationError.Bad("No records parsed from csv file."));
        var broken = await node.Jobs.StartAsync("csv_data_load", null, (_, _) => throw new IOException("disk"));
        await Wait.UntilAsync(() => Row(node, refused)["status"] == JobStatus.Error && Row(node, broken)["status"] == JobStatus.Error, "errors");
        Assert.Equal("No records parsed from csv file.", Row(node, refused)["message"]);
        Assert.Equal($"There was an error running csv_data_load job with id {broken} - disk", Row(node, broken)["message"]);
    }

    [Fact]
    public async Task Progress_should_reach_the_row_while_the_job_runs()
    {
        var node = await StartAsync(OurSettings with { Jobs = OurSettings.Jobs with { ProgressInterval = TimeSpan.FromMilliseconds(20) } });
        var release = new TaskCompletionSource();
        var id = await node.Jobs.StartAsync("csv_data_load", null, async (progress, _) =>
        {
            progress.Report("17 of 100 records");
            await release.Task;
            return "done";
        });
        await Wait.UntilAsync(() => Row(node, id).GetValueOrDefault("message") == "17 of 100 records", "progress");
        release.SetResult();
        await Wait.UntilAsync(() => Row(node, id)["message"] == "done", "done");
    }

    [Fact]
    public async Task Jobs_above_the_bound_should_wait_for_a_place_and_those_above_the_queue_be_refused()
    {
        var node = await StartAsync(OurSettings with { Jobs = OurSettings.Jobs with { MaxRunning = 2, MaxWaiting = 1 } });
        var release = new TaskCompletionSource<string>();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Add(await node.Jobs.StartAsync("load", null, (_, _) => release.Task));
        await Wait.UntilAsync(() => ids.Count(id => Row(node, id)["status"] == JobStatus.InProgress) == 2, "two run");
        Assert.Equal(JobStatus.Created, Row(node, ids[2])["status"]);
        Assert.Equal(503, (await Assert.ThrowsAsync<OperationError>(() => node.Jobs.StartAsync("load", null, (_, _) => release.Task))).Status);
        release.SetResult("done");
        await Wait.UntilAsync(() => ids.All(id => Row(node, id)["status"] == JobStatus.Complete), "all end");
    }

    [Fact]
    public async Task A_job_that_a_stop_cuts_off_should_be_cancelled_and_say_so_in_its_row()
    {
        var node = await StartAsync();
        var (begun, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        var id = await node.Jobs.StartAsync("load", null, async (_, stop) =>
        {
            await using var registration = stop.Register(cancelled.SetResult);
            begun.SetResult();
            await Wait.ForeverAsync(stop);
            return "never";
        });
        await Wait.UntilAsync(() => Row(node, id)["status"] == JobStatus.InProgress, "runs");
        // Its row says so a moment before it does.
        await begun.Task.WaitAsync(Wait.Deadline, Cancellation);
        Assert.True(await node.DrainAsync(Wait.Deadline));
        await cancelled.Task.WaitAsync(Wait.Deadline, Cancellation);
        Sys.Stop(node.Root);
        await WatchAsync(node.Root);
        await ExpectTerminatedAsync(node.Root, cancellationToken: Cancellation);
        var again = await StartAsync();
        await Wait.UntilAsync(() => Row(again, id)["status"] == JobStatus.Error, "its row says so");
    }

    [Fact]
    public async Task A_job_that_a_crash_cut_off_should_be_closed_by_the_next_start()
    {
        var node = await StartAsync();
        var table = new JobTable(node.Databases.Find(DatabaseName.System)!);
        await table.WriteAsync(new JobRow("left", "load", "admin", JobStatus.InProgress, 1, 2));
        Assert.True(await node.DrainAsync(Wait.Deadline));
        Sys.Stop(node.Root);
        await WatchAsync(node.Root);
        await ExpectTerminatedAsync(node.Root, cancellationToken: Cancellation);
        var again = await StartAsync();
        await Wait.UntilAsync(() => Row(again, "left")["status"] == JobStatus.Error, "closed");
        Assert.Equal("The node stopped before the job ended.", Row(again, "left")["message"]);
    }

    private Task<RunningNode> StartAsync(NodeSettings? settings = null) =>
        RunningNode.StartAsync(Sys, RealServices(_stores, settings), NodeChildren.None, Cancellation);

    private static Dictionary<string, string> Row(RunningNode node, string id)
    {
        using var view = node.Databases.Find(DatabaseName.System)!.OpenView();
        if (!view.TryRead(view.Catalog.Find(JobTable.Name)!, KeyCodec.FromText(id), out var found)) return new() { ["status"] = "" };
        var row = new Dictionary<string, string>();
        var reader = new RecordReader(found.Record);
        while (reader.MoveNext())
        {
            var value = new ValueReader(reader.Value);
            if (value.Kind == ValueKind.Text) row[reader.Name] = Encoding.UTF8.GetString(value.ReadText());
            else if (value.Kind == ValueKind.Number) row[reader.Name] = $"{value.ReadNumber()}";
        }
        return row;
    }
}
