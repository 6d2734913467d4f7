using System.Text.Json.Nodes;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Operations;
using Harper.Core.Operations.Writes;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Operations;

/// <summary>Proves R-DAT-01 to 06 and R-SCH-08: what is written, what is skipped, and what the caller is told.</summary>
public sealed class DataOperationSpecs : IAsyncLifetime
{
    private readonly OperationNode _node = new();

    public async ValueTask InitializeAsync() => await _node.DoAsync("""{"operation":"create_table","table":"dog","primary_key":"id"}""");

    [Fact]
    public async Task An_insert_should_skip_keys_that_exist_also_within_itself()
    {
        var answer = await WriteAsync("insert", """[{"id":1,"name":"a"},{"id":"b","name":"b"},{"id":1,"name":"again"}]""");
        Assert.Equal("inserted 2 of 3 records", answer["message"]!.GetValue<string>());
        Assert.Equal("""[1,"b"]""", answer["inserted_hashes"]!.ToJsonString());
        Assert.Equal("[1]", answer["skipped_hashes"]!.ToJsonString());
        Assert.Equal("a", (await ReadAsync("1"))["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_answer_should_say_when_and_what_was_new()
    {
        var answer = await WriteAsync("insert", """[{"id":1,"name":"a","age":2}]""");
        Assert.Equal("""["name","age"]""", answer["new_attributes"]!.ToJsonString());
        Assert.Equal(answer["txn_time"]!.GetValue<double>(), (await ReadAsync("1"))["__updatedtime__"]!.GetValue<double>());
        Assert.Equal("[]", (await WriteAsync("insert", """[{"id":2,"name":"a"}]"""))["new_attributes"]!.ToJsonString());
    }

    [Fact]
    public async Task An_update_should_merge_into_what_is_there_and_skip_what_is_not()
    {
        await WriteAsync("insert", """[{"id":1,"name":"a","tags":["x"]}]""");
        var before = await ReadAsync("1");
        var answer = await WriteAsync("update", """[{"id":1,"age":3},{"id":9,"age":3}]""");
        Assert.Equal("updated 1 of 2 records", answer["message"]!.GetValue<string>());
        Assert.Equal("[1]", answer["update_hashes"]!.ToJsonString());
        Assert.Equal("[9]", answer["skipped_hashes"]!.ToJsonString());
        var after = await ReadAsync("1");
        Assert.Equal("""["x"]""", after["tags"]!.ToJsonString());
        Assert.Equal(3, after["age"]!.GetValue<double>());
        Assert.Equal(before["__createdtime__"]!.GetValue<double>(), after["__createdtime__"]!.GetValue<double>());
        Assert.True(after["__updatedtime__"]!.GetValue<double>() > before["__updatedtime__"]!.GetValue<double>());
    }

    [Fact]
    public async Task An_upsert_should_make_or_merge()
    {
        await WriteAsync("insert", """[{"id":1,"name":"a"}]""");
        var answer = await WriteAsync("upsert", """[{"id":1,"age":3},{"id":2,"age":4}]""");
        Assert.Equal("upserted 2 of 2 records", answer["message"]!.GetValue<string>());
        Assert.Equal("[1,2]", answer["upserted_hashes"]!.ToJsonString());
        Assert.Null(answer["skipped_hashes"]);
        Assert.Equal("a", (await ReadAsync("1"))["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_delete_should_count_only_what_was_there()
    {
        await WriteAsync("insert", """[{"id":1},{"id":2}]""");
        var answer = await _node.DoAsync("""{"operation":"delete","table":"dog","hash_values":[1,777]}""");
        Assert.Equal("1 of 2 records successfully deleted", answer["message"]!.GetValue<string>());
        Assert.Equal("[1]", answer["deleted_hashes"]!.ToJsonString());
        Assert.Equal("[777]", answer["skipped_hashes"]!.ToJsonString());
        answer = await _node.DoAsync("""{"operation":"delete","table":"dog","ids":[2]}""");
        Assert.Equal("1 of 1 record successfully deleted", answer["message"]!.GetValue<string>());
        Assert.Equal("[]", (await _node.DoAsync("""{"operation":"search_by_id","table":"dog","ids":[1,2],"get_attributes":["*"]}""")).ToJsonString());
    }

    [Fact]
    public async Task Keys_that_are_missing_should_be_given_and_told()
    {
        var answer = await WriteAsync("insert", """[{"name":"first"},{"id":null,"name":"second"}]""");
        var keys = answer["inserted_hashes"]!.AsArray().Select(key => key!.GetValue<double>()).ToArray();
        Assert.Equal(keys[0] + 1, keys[1]);
        Assert.Equal("second", (await ReadAsync(answer["inserted_hashes"]![1]!.ToJsonString()))["name"]!.GetValue<string>());
        Assert.Equal(keys[1], (await ReadAsync(answer["inserted_hashes"]![1]!.ToJsonString()))["id"]!.GetValue<double>());
    }

    [Fact]
    public async Task A_counter_of_keys_should_go_on_where_the_table_stands()
    {
        var first = (await WriteAsync("insert", """[{"name":"first"}]"""))["inserted_hashes"]![0]!.GetValue<double>();
        var writes = new Harper.Actors.Operations.Data.GeneratedKeys(_node.Databases, new NodeName("127.0.0.2"));
        var database = _node.Databases.Find(DatabaseName.Data)!;
        var next = writes.For(database, database.Engine.Catalog.Find(new TableName("dog"))!).Next();
        Assert.Equal(Harper.Core.Keys.KeyCodec.FromNumber(first + 1), next);
    }

    [Fact]
    public async Task Text_keys_should_be_given_as_guids()
    {
        await _node.DoAsync("""{"operation":"create_table","table":"typed","primary_key":"id","attributes":[{"name":"id","type":"ID"}]}""");
        var answer = await _node.DoAsync("""{"operation":"upsert","table":"typed","records":[{}]}""");
        Assert.True(Guid.TryParse(answer["upserted_hashes"]![0]!.GetValue<string>(), out _));
    }

    [Theory]
    [InlineData("""{"operation":"insert","records":[]}""", 400, "'table' is required")]
    [InlineData("""{"operation":"insert","table":"dog"}""", 400, "'records' is required")]
    [InlineData("""{"operation":"insert","table":"dog","records":{"id":9}}""", 400, "'records' must be an array")]
    [InlineData("""{"operation":"insert","table":"dog","records":[7]}""", 400, "'records[0]' must be of type object")]
    [InlineData("""{"operation":"insert","table":"nope","records":[{"id":1}]}""", 400, "Table 'data.nope' does not exist")]
    [InlineData("""{"operation":"insert","database":"nope","table":"dog","records":[{"id":1}]}""", 400, "database 'nope' does not exist")]
    [InlineData("""{"operation":"insert","table":"dog","records":[{"id":6,"a/b":1}]}""", 400, "Attribute names cannot include backticks or forward slashes")]
    [InlineData("""{"operation":"insert","table":"dog","records":[{"id":6,"":1}]}""", 400, "Invalid attribute name: ''")]
    [InlineData("""{"operation":"insert","table":"dog","records":[{"id":"a/b"}]}""", 400,
        "transaction aborted due to record(s) with a hash value that contains a forward slash, check log for more info")]
    [InlineData("""{"operation":"insert","table":"dog","records":[{"id":"null"}]}""", 400,
        "Invalid hash value: 'null' is not a valid hash attribute value, check log for more info")]
    [InlineData("""{"operation":"update","table":"dog","records":[{"weight":38}]}""", 400,
        "a valid hash attribute must be provided with update record, check log for more info")]
    [InlineData("""{"operation":"delete","table":"dog"}""", 400, "'hash_values' is required")]
    [InlineData("""{"operation":"delete","table":"nope","ids":[1]}""", 404, "Table 'data.nope' does not exist")]
    [InlineData("""{"operation":"delete","database":"nope","table":"dog","ids":[1]}""", 404, "database 'nope' does not exist")]
    [InlineData("""{"operation":"insert","table":"dog","records":[{"id":true}]}""", 400, "Invalid primary key type: boolean")]
    [InlineData("""{"operation":"insert","table":"dog","database":5,"records":[{"id":1}]}""", 400, "'database' must be a string")]
    [InlineData("""{"operation":"insert","table":"dog","records":[{"id":1}],"replicatedConfirmation":2}""", 400,
        "Cannot confirm replication to more nodes (2) than replicate database 'data' (0)")]
    [InlineData("""{"operation":"insert","table":"dog","records":[{"id":1}],"replicatedConfirmation":"all"}""", 400,
        "'replicatedConfirmation' must be a whole number from 0 to 10000")]
    [InlineData("""{"operation":"insert","database":"system","table":"hdb_job","records":[{"id":1}]}""", 400, "database 'system' does not exist")]
    public async Task A_wrong_write_should_be_refused_whole(string body, int status, string message)
    {
        var answered = await _node.CallAsync(body);
        Assert.Equal((status, message), (answered.Status, answered.Error));
    }

    [Fact]
    public async Task Nothing_of_a_refused_request_should_be_written()
    {
        Assert.Equal(400, (await _node.CallAsync("""{"operation":"insert","table":"dog","records":[{"id":1},{"id":"a/b"}]}""")).Status);
        Assert.Equal("[]", (await _node.DoAsync("""{"operation":"search_by_id","table":"dog","ids":[1],"get_attributes":["*"]}""")).ToJsonString());
    }

    [Fact]
    public async Task An_empty_list_and_unknown_arguments_should_be_no_mistake()
    {
        var answer = await WriteAsync("insert", "[]");
        Assert.Equal("inserted 0 of 0 records", answer["message"]!.GetValue<string>());
        await _node.DoAsync("""{"operation":"insert","table":"dog","records":[{"id":7}],"timestamp":"not-a-date","replicated_confirmation":1}""");
    }

    [Fact]
    public async Task Too_much_at_once_should_be_refused_with_413()
    {
        using var small = new OperationNode(settings: new() { MaxTransactionRecords = 2, MaxTransactionBytes = 64 });
        await small.DoAsync("""{"operation":"create_table","table":"dog","primary_key":"id"}""");
        var records = await small.CallAsync("""{"operation":"insert","table":"dog","records":[{"id":1},{"id":2},{"id":3}]}""");
        Assert.Equal(413, records.Status);
        Assert.StartsWith("A transaction holds at most 2 records", records.Error, StringComparison.Ordinal);
        Assert.Equal(413, (await small.CallAsync($$"""{"operation":"insert","table":"dog","records":[{"id":1,"x":"{{new string('x', 99)}}"}]}""")).Status);
    }

    /// <summary>Rule 27: what originals could not take is refused here, not dropped on the way.</summary>
    [Fact]
    public void Attribute_names_should_count_where_they_may_be_sent_with_every_record()
    {
        var writes = new WriteList(100_000, 64 << 20);
        var shape = new Shape([.. Enumerable.Range(0, 10).Select(i => $"{new string('n', 240)}{i}")]);
        var record = new EncodedRecord(shape, Enumerable.Repeat((byte)0xc0, 10).ToArray());
        var write = new LocalWrite(new TableName("dog"), KeyCodec.FromNumber(1), WriteMode.Put, record);
        var refused = Assert.Throws<OperationError>(() =>
        {
            for (var i = 0; i < 100_000; i++) writes.Add(write);
        });
        Assert.Equal(413, refused.Status);
        Assert.InRange(writes.Count, 30_000, 40_000);
    }

    [Fact]
    public async Task A_busy_node_should_ask_to_come_back()
    {
        _node.Databases.Open(DatabaseName.Data).Refuse = new CommitResult.Rejected(CommitRejection.Overloaded, "busy");
        var answered = await _node.CallAsync("""{"operation":"insert","table":"dog","records":[{"id":1}]}""");
        Assert.Equal((503, "busy", 1), (answered.Status, answered.Error, answered.RetryAfterSeconds));
    }

    public ValueTask DisposeAsync()
    {
        _node.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<JsonNode> WriteAsync(string operation, string records) =>
        _node.DoAsync($$"""{"operation":"{{operation}}","table":"dog","records":{{records}}}""");

    private async Task<JsonNode> ReadAsync(string id) =>
        (await _node.DoAsync($$"""{"operation":"search_by_id","table":"dog","ids":[{{id}}],"get_attributes":["*"]}"""))[0]!;
}
