using Harper.Core.Identity;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Operations;

/// <summary>Proves R-TXN-20 and R-TXN-21: several writes to several tables, all or nothing.</summary>
public sealed class TransactionOperationSpecs : IAsyncLifetime
{
    private readonly OperationNode _node = new();

    public async ValueTask InitializeAsync()
    {
        await _node.DoAsync("""{"operation":"create_table","table":"account","primary_key":"id"}""");
        await _node.DoAsync("""{"operation":"create_table","table":"entry","primary_key":"id"}""");
        await _node.DoAsync("""{"operation":"insert","table":"account","records":[{"id":"a","sum":10},{"id":"old","sum":1}]}""");
    }

    [Fact]
    public async Task Writes_to_two_tables_should_be_one_transaction_of_the_log()
    {
        var database = _node.Databases.Find(DatabaseName.Data)!;
        var before = database.Engine.Positions.Head;
        var answer = await _node.DoAsync("""
            {"operation":"transaction","operations":[
              {"operation":"update","table":"account","records":[{"id":"a","sum":7},{"id":"none","sum":1}]},
              {"operation":"insert","table":"entry","records":[{"id":1,"amount":-3}]},
              {"operation":"upsert","table":"account","records":[{"id":"b","sum":3}]},
              {"operation":"delete","table":"account","ids":["old"]}]}
            """);
        Assert.Equal("updated 1 of 2 records", answer["results"]![0]!["message"]!.GetValue<string>());
        Assert.Equal("""["none"]""", answer["results"]![0]!["skipped_hashes"]!.ToJsonString());
        Assert.Equal("inserted 1 of 1 records", answer["results"]![1]!["message"]!.GetValue<string>());
        Assert.Equal("""["b"]""", answer["results"]![2]!["upserted_hashes"]!.ToJsonString());
        Assert.Equal("1 of 1 record successfully deleted", answer["results"]![3]!["message"]!.GetValue<string>());
        var logged = Assert.Single(database.ReadLog(before, int.MaxValue).Transactions);
        Assert.Equal(4, logged.Changes.Length);
        Assert.Equal("admin", logged.User);
        Assert.Equal(logged.Stamp.Version, answer["txn_time"]!.GetValue<double>());
    }

    [Fact]
    public async Task Steps_should_see_those_before_them()
    {
        var answer = await _node.DoAsync("""
            {"operation":"transaction","operations":[
              {"operation":"insert","table":"entry","records":[{"id":5,"amount":1}]},
              {"operation":"update","table":"entry","records":[{"id":5,"note":"x"}]}]}
            """);
        Assert.Equal("updated 1 of 1 records", answer["results"]![1]!["message"]!.GetValue<string>());
        var row = await _node.DoAsync("""{"operation":"search_by_id","table":"entry","ids":[5],"get_attributes":["amount","note"]}""");
        Assert.Equal("""[{"amount":1,"note":"x"}]""", row.ToJsonString());
    }

    [Theory]
    [InlineData("""{"operation":"insert","table":"nope","records":[{"id":1}]}""", "operations[1]: Table 'data.nope' does not exist")]
    [InlineData("""{"operation":"update","table":"entry","records":[{"amount":1}]}""",
        "operations[1]: a valid hash attribute must be provided with update record, check log for more info")]
    [InlineData("""{"operation":"drop_table","table":"entry"}""",
        "operations[1]: 'drop_table' cannot be part of a transaction: use insert, update, upsert or delete")]
    [InlineData("""{"operation":"insert","database":"other","table":"entry","records":[]}""",
        "operations[1]: a transaction stays in one database, and this one is in 'data'")]
    [InlineData("17", "operations[1]: a transaction's operations must be objects")]
    public async Task A_step_that_fails_should_leave_nothing_of_the_others(string second, string message)
    {
        var database = _node.Databases.Find(DatabaseName.Data)!;
        var before = database.Engine.Positions.Head;
        var answered = await _node.CallAsync($$"""
            {"operation":"transaction","operations":[{"operation":"insert","table":"entry","records":[{"id":1}]},{{second}}]}
            """);
        Assert.Equal(message, answered.Error);
        Assert.Equal(before, database.Engine.Positions.Head);
        Assert.Equal("[]", (await _node.DoAsync("""{"operation":"search_by_id","table":"entry","ids":[1],"get_attributes":["*"]}""")).ToJsonString());
    }

    [Theory]
    [InlineData("""{"operation":"transaction"}""", "'operations' is required")]
    [InlineData("""{"operation":"transaction","operations":{}}""", "'operations' must be an array")]
    [InlineData("""{"operation":"transaction","operations":[]}""", "'operations' must contain at least 1 items")]
    public async Task A_transaction_without_steps_should_be_refused(string body, string message)
    {
        var answered = await _node.CallAsync(body);
        Assert.Equal((400, message), (answered.Status, answered.Error));
    }

    public ValueTask DisposeAsync()
    {
        _node.Dispose();
        return ValueTask.CompletedTask;
    }
}
