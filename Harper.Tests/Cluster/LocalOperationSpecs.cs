using System.Diagnostics;
using System.Text.Json;
using Harper.Tests.Revocation;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-NRP-04, 10, 11, 13, R-BLK-02, 03, R-BLK-08 (deleting by age), R-TXN-06, 07, R-JOB-04, R-LOG-02, R-MGT-04, R-SYS-02, R-MON-09, R-IP-05 and R-CFG-44 with two processes: what is a node's own stays on it, and what is asked
/// of all reaches all.
/// </summary>
[Collection(ProcessCollection.Name)]
public sealed class LocalOperationSpecs : IAsyncDisposable
{
    private static readonly string[] All = ["*"];
    private readonly HostProcess _a = Node("127.0.76.1", "127.0.76.2", ("BULKLOAD_ALLOWEDNETWORKS", "[\"127.0.76.9\"]"), ("HARPER_DEFAULT_CONFIG", "{\"logging\":{\"level\":\"info\"}}"));
    private readonly HostProcess _b = Node("127.0.76.2", "127.0.76.1");
    private double _from;

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }

    [Fact]
    public async Task What_is_a_nodes_own_should_stay_on_it()
    {
        await Task.WhenAll(_a.StartAndWaitAsync(), _b.StartAndWaitAsync());
        foreach (var node in (HostProcess[])[_a, _b])
        {
            await Wait.UntilAsync(() => node.Output.Contains("never expose it to a public network", StringComparison.Ordinal), "it warns of the plain port");
            Assert.True((await node.CallAsync(new { operation = "get_configuration" })).GetProperty("replication").GetProperty("copyTablesToCatchUp").GetBoolean());
        }

        await _a.CallAsync(new { operation = "create_table", table = "dog", primary_key = "id" });
        await _a.CallAsync(new { operation = "insert", table = "dog", records = new[] { new { id = 0, name = "Zero" } } });

        // Rows that a copy brings are in no log of the receiver.
        await UntilAsync("the first row is there", async () => (await RowsAsync(_b, "data", "dog", "name")).Contains("Zero"));
        await UntilAsync("nothing is copied any more", async () => !(await _b.CallAsync(new { operation = "cluster_status" })).TryGetProperty("copying", out _));
        _from = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await _a.CallAsync(new { operation = "insert", table = "dog", records = new[] { new { id = 1, name = "Rex" }, new { id = 2, name = "Fido" } } });
        await _a.CallAsync(new { operation = "update", table = "dog", records = new[] { new { id = 1, name = "Rexina" } } });
        await _a.CallAsync(new { operation = "delete", table = "dog", ids = new[] { 2 } });
        await UntilAsync("the writes are there", async () => (await LogAsync(_b)).Length == 3);

        // Users, roles and jobs.
        await _a.CallAsync(new { operation = "add_role", role = "keeper", permission = new { super_user = false } });
        await _a.CallAsync(new { operation = "add_user", username = "anna", password = "Abc1234!", role = "keeper", active = true });
        var job = (await _a.CallAsync(new { operation = "csv_data_load", action = "insert", table = "dog", data = "id,name\n7,Seven\n" })).GetProperty("job_id").GetString()!;
        await JobAsync(_a, job);
        await UntilAsync("the loaded row is there", async () => (await RowsAsync(_b, "data", "dog", "name")).Contains("Seven"));
        foreach (var (table, key, value) in ((string, string, string)[])[("hdb_user", "username", "anna"), ("hdb_role", "role", "keeper"), ("hdb_job", "id", job)])
        {
            Assert.Contains(value, await RowsAsync(_a, "system", table, key));
            Assert.DoesNotContain(value, await RowsAsync(_b, "system", table, key));
        }
        Assert.Empty((await _b.CallAsync(new { operation = "get_job", id = job })).EnumerateArray());

        await CheckLogsAsync();
        await CheckSettingsAsync();
        await CheckFileLoadAsync();
        await CheckUrlLoadAsync();
        await CheckDeletingBeforeAsync();

        // Dropping is local and works on each.
        await _a.CallAsync(new { operation = "drop_table", table = "dog" });
        Assert.Equal(404, (await _a.RunAsync(new { operation = "describe_table", table = "dog" })).Status);
        await _b.CallAsync(new { operation = "insert", table = "dog", records = new[] { new { id = 9, name = "Nine" } } });
        Assert.Contains("Nine", await RowsAsync(_b, "data", "dog", "name"));
        await _b.CallAsync(new { operation = "drop_table", table = "dog" });
        foreach (var node in (HostProcess[])[_a, _b]) Assert.Equal(404, (await node.RunAsync(new { operation = "describe_table", table = "dog" })).Status);
    }

    /// <summary>What the log says of each transaction, between which times and how many; trimming it on one node leaves that of the other.</summary>
    private async Task CheckLogsAsync()
    {
        var log = await LogAsync(_b);
        Assert.Equal(["insert", "update", "delete", "insert"], log.Select(entry => entry.GetProperty("operation").GetString()));
        Assert.All(log, entry => Assert.Equal(("admin", "127.0.76.1"), (entry.GetProperty("user_name").GetString(), entry.GetProperty("node").GetString())));
        Assert.Equal("[1,2]", log[0].GetProperty("hash_values").GetRawText());
        Assert.Equal("Rexina", log[1].GetProperty("records")[0].GetProperty("name").GetString());
        Assert.False(log[2].TryGetProperty("records", out _));
        var times = log.Select(entry => entry.GetProperty("timestamp").GetDouble()).ToArray();
        Assert.Equal(times.Order(), times);
        Assert.Equal(times[1..3], await TimesAsync(_b, times[1], times[2]));
        Assert.Equal(times[..1], await TimesAsync(_b, limit: 1));
        Assert.Equal(400, (await _b.RunAsync(new { operation = "read_transaction_log" })).Status);
        Assert.Equal(404, (await _b.RunAsync(new { operation = "read_transaction_log", table = "none" })).Status);

        foreach (var operation in (string[])["delete_audit_logs_before", "delete_transaction_logs_before"])
        {
            var before = operation == "delete_audit_logs_before" ? times[1] : times[3] + 1;
            await JobAsync(_a, (await _a.CallAsync(new { operation, schema = "data", table = "dog", timestamp = before })).GetProperty("job_id").GetString()!);
            Assert.Equal(times.Where(time => time >= before), await TimesAsync(_a));
        }
        Assert.Equal(times, await TimesAsync(_b));
    }

    /// <summary>A file of one node; its rows are those of both.</summary>
    private async Task CheckFileLoadAsync()
    {
        const string operation = "csv_file_load";
        using var folder = new TemporaryFolder();
        var file = folder.Below("dogs.csv");
        await File.WriteAllTextAsync(file, "\uFEFFid,name\n\n6,\"Six, a \"\"dog\"\"\"\n");
        var id = (await _a.CallAsync(new { operation, table = "dog", file_path = file })).GetProperty("job_id").GetString()!;
        await JobAsync(_a, id);
        Assert.Equal("successfully loaded 1 of 1 records", (await _a.CallAsync(new { operation = "get_job", id }))[0].GetProperty("message").GetString());
        await UntilAsync("the row of the file is there", async () => (await RowsAsync(_b, "data", "dog", "name")).Contains("Six, a \"dog\""));

        var (status, body) = await _a.RunAsync(new { operation, table = "dog", file_path = file + "x" });
        Assert.Equal((400, $"No such file or directory {file}x"), (status, body.GetProperty("error").GetString()));
        (status, body) = await _a.RunAsync(new { operation, table = "dog", file_path = folder.Path });
        Assert.Equal((400, $"{folder.Path} is a directory, not a file"), (status, body.GetProperty("error").GetString()));
        Assert.Equal(400, (await _a.RunAsync(new { operation, table = "dog" })).Status);
        await CheckOddFilesAsync(folder);
    }

    /// <summary>X40: what waits for a writer or has no end is refused before it is opened, and what the kernel makes up is not read.</summary>
    private async Task CheckOddFilesAsync(TemporaryFolder folder)
    {
        const string operation = "csv_file_load";
        var (pipe, link) = (folder.Below("pipe"), folder.Below("link"));
        using (var made = Process.Start("mkfifo", pipe)) await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(link, "/dev/zero");
        var (key, linked) = (Path.Combine(_a.Root, "keys", "key.csv"), folder.Below("keys"));
        await File.WriteAllTextAsync(key, "id\n99\n", TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(linked, Path.Combine(_a.Root, "keys"));
        foreach (var secret in (string[])[key, Path.Combine(_a.Root, "keys", "..", "keys", "key.csv"), Path.Combine(linked, "key.csv"), $"/proc/self/root{key}"])
            Assert.Equal($"{secret} lies in the folder of keys, which never leave it", (await _a.RunAsync(new { operation, table = "dog", file_path = secret })).Body.GetProperty("error").GetString());
        foreach (var odd in (string[])[pipe, link, "/dev/zero"])
        {
            var (status, body) = await _a.RunAsync(new { operation, table = "dog", file_path = odd }).WaitAsync(TimeSpan.FromSeconds(Wait.Seconds), TestContext.Current.CancellationToken);
            Assert.Equal(400, status);
            Assert.Equal($"{odd} is not a plain file but a pipe, a device or a socket", body.GetProperty("error").GetString());
        }
        var job = (await _a.CallAsync(new { operation, table = "dog", file_path = "/proc/self/environ" })).GetProperty("job_id").GetString()!;
        await JobAsync(_a, job);
        Assert.Equal("No records parsed from csv file.", (await _a.CallAsync(new { operation = "get_job", id = job }))[0].GetProperty("message").GetString());
    }

    /// <summary>What an HTTP server has; what it does not have, or has in another form, or where this node may not go, is the job's error.</summary>
    private async Task CheckUrlLoadAsync()
    {
        const string operation = "csv_url_load";
        using var server = new ListServer("127.0.76.9");
        using var inner = new ListServer("127.0.76.10");
        var url = server.Serve("/dogs.csv", "id,name\n5,Five\n"u8.ToArray(), headers: "Content-Type: text/csv; charset=utf-8\r\n");
        Assert.Equal(("COMPLETE", "successfully loaded 1 of 1 records"), await LoadAsync(new { operation, table = "dog", csv_url = url, passthrough_headers = new { authorization = "Bearer x" } }));
        Assert.Contains(server.Heads, head => head.Contains("authorization: Bearer x", StringComparison.OrdinalIgnoreCase));
        await UntilAsync("the row of the server is there", async () => (await RowsAsync(_b, "data", "dog", "name")).Contains("Five"));

        var moved = server.Serve("/moved.csv", [], "302 Found", $"Location: {url}\r\n");
        Assert.Equal(("COMPLETE", "successfully loaded 0 of 1 records"), await LoadAsync(new { operation, table = "dog", csv_url = moved }));
        var asked = server.Count("/dogs.csv");
        Assert.Equal(("ERROR", $"CSV Load failed from URL: {moved}, status code: 302, message: Found"), await LoadAsync(new { operation, table = "dog", csv_url = moved, passthrough_headers = new { key = "x" } }));
        Assert.Equal(asked, server.Count("/dogs.csv"));

        var page = server.Serve("/page", "<html>"u8.ToArray(), headers: "Content-Type: text/html\r\n");
        Assert.Equal(("ERROR", $"CSV Load failed from URL: {page}, unsupported content type: text/html"), await LoadAsync(new { operation, table = "dog", csv_url = page }));
        var zipped = server.Serve("/dogs.gz", [0x1f, 0x8b], headers: "Content-Type: text/csv\r\nContent-Encoding: gzip\r\n");
        Assert.Equal(("ERROR", $"CSV Load failed from URL: {zipped}, unsupported content encoding: gzip"), await LoadAsync(new { operation, table = "dog", csv_url = zipped }));

        // Only where the operator lets it, whoever points there: the node that was told nothing goes nowhere but out.
        var inside = inner.Serve("/dogs.csv", "id,name\n6,Six\n"u8.ToArray(), headers: "Content-Type: text/csv\r\n");
        var refused = $"CSV Load failed from URL: {inside} cannot be reached: 127.0.76.10 is at 127.0.76.10, which is not a public address; if that is meant, name its network in bulkLoad.allowedNetworks";
        Assert.Equal(("ERROR", refused), await LoadAsync(new { operation, table = "dog", csv_url = inside }));
        Assert.Equal(("ERROR", refused), await LoadAsync(new { operation, table = "dog", csv_url = server.Serve("/inwards.csv", [], "302 Found", $"Location: {inside}\r\n") }));
        Assert.Contains("is at 127.0.76.9, which is not a public address", (await LoadAsync(new { operation, table = "dog", csv_url = url }, _b)).Item2, StringComparison.Ordinal);
        Assert.Empty(inner.Asked);

        // Credentials are sent, and shown nowhere.
        Assert.Equal(
            ("ERROR", $"CSV Load failed from URL: {server.Url}/none?*****, status code: 404, message: Not Found"),
            await LoadAsync(new { operation, table = "dog", csv_url = server.Url.Replace("//", "//me:s3cr%3At@") + "/none?signature=s1gned", passthrough_headers = new { key = "k3y" } }));
        Assert.Contains(server.Heads, head => head.Contains("GET /none?signature=s1gned ", StringComparison.Ordinal)
            && head.Contains("Authorization: Basic " + Convert.ToBase64String("me:s3cr:t"u8), StringComparison.OrdinalIgnoreCase) && head.Contains("key: k3y", StringComparison.Ordinal));
        await Wait.UntilAsync(() => _a.Output.Contains("/none?*****", StringComparison.Ordinal), "the log shows what was asked for");
        var jobs = await RowsAsync(_a, "system", "hdb_job", "message");
        foreach (var secret in (string[])["s3cr", "s1gned", "k3y", "bWU6"])
        {
            Assert.DoesNotContain(secret, _a.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(jobs, message => message.Contains(secret, StringComparison.Ordinal));
        }
        foreach (var bad in (string[])["dogs.csv", "file:///etc/passwd", ""]) Assert.Equal(400, (await _a.RunAsync(new { operation, table = "dog", csv_url = bad })).Status);
        Assert.Equal(400, (await _a.RunAsync(new { operation, table = "dog", csv_url = url, passthrough_headers = new[] { "x" } })).Status);
        foreach (var bad in (Dictionary<string, string>[])[new() { ["Host"] = "x" }, new() { ["a b"] = "x" }, new() { ["a"] = "x\r\nb: y" }, new() { ["content-length"] = "5" }])
            Assert.Equal(400, (await _a.RunAsync(new { operation, table = "dog", csv_url = url, passthrough_headers = bad })).Status);

        async Task<(string?, string?)> LoadAsync(object call, HostProcess? node = null)
        {
            node ??= _a;
            var id = (await node.CallAsync(call)).GetProperty("job_id").GetString()!;
            JsonElement job = default;
            await UntilAsync("the job is done", async () => (job = (await node.CallAsync(new { operation = "get_job", id }))[0]).GetProperty("status").GetString() is "COMPLETE" or "ERROR");
            return (job.GetProperty("status").GetString(), job.GetProperty("message").GetString());
        }
    }

    /// <summary>Records made before a time are deleted on one node, and the other keeps them.</summary>
    private async Task CheckDeletingBeforeAsync()
    {
        const string operation = "delete_records_before";
        var before = await RowsAsync(_b, "data", "dog", "name");
        Assert.Equal("No records found to delete", await DeleteAsync("2020-01-01T00:00:00Z"));
        Assert.Equal(before, await RowsAsync(_a, "data", "dog", "name"));
        Assert.Equal($"{before.Length} of {before.Length} records successfully deleted", await DeleteAsync($"{DateTime.UtcNow.AddDays(1):O}"));
        Assert.Empty(await RowsAsync(_a, "data", "dog", "name"));
        await _a.CallAsync(new { operation = "insert", table = "dog", records = new[] { new { id = 8, name = "Eight" } } });
        await UntilAsync("what is written after is there", async () => (await RowsAsync(_b, "data", "dog", "name")).Contains("Eight"));
        Assert.Equal((string[])[.. before, "Eight"], await RowsAsync(_b, "data", "dog", "name"));

        Assert.Equal(400, (await _a.RunAsync(new { operation, table = "dog" })).Status);
        Assert.Equal(400, (await _a.RunAsync(new { operation, table = "dog", date = "yesterday" })).Status);
        Assert.Equal(404, (await _a.RunAsync(new { operation, table = "none", date = "2020-01-01" })).Status);
        Assert.Equal(403, (await _a.RunAsync(new { operation, database = "system", table = "hdb_nodes", date = "2020-01-01" })).Status);

        async Task<string> DeleteAsync(string date)
        {
            var id = (await _a.CallAsync(new { operation, table = "dog", date })).GetProperty("job_id").GetString()!;
            await JobAsync(_a, id);
            return (await _a.CallAsync(new { operation = "get_job", id }))[0].GetProperty("message").GetString()!;
        }
    }

    private async Task CheckSettingsAsync()
    {
        var set = await _a.CallAsync(new { operation = "set_configuration", logging_level = "warn", replicated = true });
        var there = Assert.Single(set.GetProperty("replicated").EnumerateArray());
        Assert.Equal("127.0.76.2", there.GetProperty("node").GetString());
        foreach (var node in (HostProcess[])[_a, _b])
            Assert.Equal("warn", (await node.CallAsync(new { operation = "get_configuration" })).GetProperty("logging").GetProperty("level").GetString());

        // What says who is let in is set on each node by itself.
        set = await _a.CallAsync(new { operation = "set_configuration", authentication_enableSessions = false, replicated = true });
        Assert.Contains("set it on this node itself", Assert.Single(set.GetProperty("replicated").EnumerateArray()).GetRawText(), StringComparison.Ordinal);
        Assert.NotEqual("False", (await _b.CallAsync(new { operation = "get_configuration" })).GetProperty("authentication").GetProperty("enableSessions").ToString());

        var information = await _a.CallAsync(new { operation = "system_information" });
        Assert.Equal(
            ["cpu", "disk", "harperdb_processes", "memory", "metrics", "network", "replication", "system", "table_size", "threads", "time"],
            information.EnumerateObject().Select(part => part.Name).Order(StringComparer.Ordinal));
        Assert.True(information.GetProperty("memory").GetProperty("rss").GetInt64() > 0);
        Assert.NotEmpty(information.GetProperty("network").GetProperty("interfaces").EnumerateArray());
        information = await _a.CallAsync(new { operation = "system_information", attributes = new[] { "replication", "database_metrics", "nonsense" } });
        Assert.Equal(["metrics", "replication"], information.EnumerateObject().Select(part => part.Name).Order(StringComparer.Ordinal));
        Assert.Equal("127.0.76.1", information.GetProperty("replication").GetProperty("node_name").GetString());
        Assert.Equal("127.0.76.2", information.GetProperty("replication").GetProperty("connections")[0].GetProperty("name").GetString());
    }

    private static async Task JobAsync(HostProcess node, string id) => await UntilAsync("the job is done", async () =>
    {
        var job = (await node.CallAsync(new { operation = "get_job", id }))[0];
        Assert.NotEqual("ERROR", job.GetProperty("status").GetString());
        return job.GetProperty("status").GetString() == "COMPLETE";
    });

    private async Task<double[]> TimesAsync(HostProcess node, double? from = null, double to = 1e15, int limit = 1000) =>
        [.. (await LogAsync(node, from, to, limit)).Select(entry => entry.GetProperty("timestamp").GetDouble())];

    private async Task<JsonElement[]> LogAsync(HostProcess node, double? from = null, double to = 1e15, int limit = 1000)
    {
        var (status, body) = await node.RunAsync(new { operation = "read_transaction_log", database = "data", table = "dog", from = from ?? _from, to, limit });
        return status == 200 ? [.. body.EnumerateArray()] : [];
    }

    private static async Task<string[]> RowsAsync(HostProcess node, string database, string table, string attribute)
    {
        var (status, rows) = await node.RunAsync(new { operation = "search_by_value", database, table, search_attribute = database == "system" ? attribute : "id", search_value = "*", get_attributes = All });
        return status == 200 ? [.. rows.EnumerateArray().Select(row => row.GetProperty(attribute).ToString())] : [];
    }

    private static Task UntilAsync(string what, Func<Task<bool>> condition) => Wait.UntilAsync(condition, what);

    private static HostProcess Node(string address, string other, params (string Key, string Value)[] more) =>
        new(address, [("REPLICATION_ROUTES", $"[\"{other}\"]"), ("REPLICATION_COPYTABLESTOCATCHUP", "true"), .. more]);
}
