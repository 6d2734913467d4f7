using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Transactions;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Core.Engine;

/// <summary>
/// A key above all keys of its table is not looked up (R-DAT-01 holds all the same): whether an insert finds its row never depends on the order of keys, on a
/// restart, on neighbouring tables or on what was refused in between.
/// </summary>
public sealed class GreatestKeySpecs : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Inserts_in_any_order_should_find_exactly_the_rows_that_are_there(int seed)
    {
        var random = new Random(seed);
        var there = new HashSet<string>();
        for (var step = 0; step < 400; step++)
        {
            if (random.Next(40) == 0) _database.Reopen();
            var keys = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Key(random)).Distinct().ToArray();
            if (random.Next(4) == 0)
                foreach (var done in _database.Write([.. keys.Select(Delete)]).Done.Zip(keys))
                    Assert.Equal(there.Remove(done.Second), done.First);
            else
                foreach (var done in _database.Write([.. keys.Select(key => Insert(key, ("x", step)))]).Done.Zip(keys))
                    Assert.Equal(there.Add(done.Second), done.First);
        }

        foreach (var key in there) Assert.NotNull(_database.Read(key));
    }

    [Fact]
    public void A_row_of_the_table_behind_should_not_be_taken_for_one_of_the_table()
    {
        var cats = new TableName("cats");
        _database.CreateTable(cats);
        _database.Write(Insert("z", ("x", 1)) with { Table = cats });
        _database.Reopen();
        Assert.Equal([true], _database.Write(Insert("a", ("x", 1))).Done);
        _database.Reopen();
        Assert.Equal([false, true], _database.Write(Insert("a", ("x", 2)), Insert("b", ("x", 2))).Done);
        Assert.Equal([false], _database.Write(Insert("z", ("x", 2)) with { Table = cats }).Done);
    }

    [Fact]
    public void What_a_peer_wrote_should_be_found_and_what_was_refused_should_not()
    {
        var peer = new NodeName("peer");
        _database.Receive(peer, 500, 0, Put("p", ("x", 1)));
        Assert.Equal([false], _database.Write(Insert("p", ("x", 2))).Done);
        Assert.IsType<CommitResult.Rejected>(_database.Commit(new CommitRequest.Local([Insert("q", ("x", 1)), Insert("r", ("x", 1)) with { Table = new TableName("none") }], "me")));
        Assert.Equal([true], _database.Write(Insert("q", ("x", 2))).Done);
        Assert.Equal([false], _database.Write(Insert("q", ("x", 3))).Done);
    }

    /// <summary>Long and short keys, mostly ascending.</summary>
    private static string Key(Random random) => random.Next(3) switch
    {
        0 => $"k{random.Next(30):00}",
        1 => $"k{random.Next(30):00}{new string('x', random.Next(40))}",
        _ => $"{(char)('a' + random.Next(26))}",
    };
}
