using Harper.Core.Commit;
using Harper.Core.Schema;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Core.Engine;

/// <summary>Tables that learn thousands of attributes from what is written to them (R-SCH-08).</summary>
public sealed class WideTableSpecs : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public void Many_new_attributes_in_one_record_should_cost_in_proportion_to_their_number()
    {
        // What is compiled and pooled once is not counted.
        Learn("warm", 500);
        var (few, many) = (Learn("few", 1_000), Learn("many", 8_000));
        Assert.True(many < 20 * few, $"{few / 1000} kB for 1,000 attributes, {many / 1000} kB for 8,000");
    }

    [Fact]
    public void A_table_should_list_so_many_attributes_and_keep_records_with_more()
    {
        Learn("w", 6_000);
        Learn("x", 12_000);
        var attributes = _database.Table.Attributes;
        Assert.Equal(DynamicAttributes.MaxAttributes, attributes.Length);
        Assert.Equal(attributes.Length, attributes.Select(attribute => attribute.Id).Distinct().Count());
        Assert.All(attributes, attribute => Assert.Same(attribute, _database.Table.Find(attribute.Name)));
        Assert.Null(_database.Table.Find("x11999"));
        Assert.Contains("x11999=11999", _database.Read("x")!, StringComparison.Ordinal);

        _database.Reopen();
        Assert.Equal(DynamicAttributes.MaxAttributes, _database.Table.Attributes.Length);
        Learn("y", 10);
        Assert.Null(_database.Table.Find("y1"));
    }

    [Fact]
    public void A_definition_should_find_what_it_has_and_equal_another_that_has_the_same()
    {
        Learn("z", 40);
        var table = _database.Table;
        Assert.NotNull(table.Find("z39"));
        var fewer = table with { Attributes = [.. table.Attributes.Take(20)] };
        Assert.Null(fewer.Find("z39"));
        Assert.NotNull(fewer.Find("z3"));
        Assert.NotNull(table.Find("z39"));
        Assert.Equal(table, table with { Audit = table.Audit });
        Assert.NotEqual(table, table with { Audit = !table.Audit });
    }

    /// <summary>Bytes that the writing thread allocated.</summary>
    private long Learn(string name, int attributes)
    {
        var write = Insert(name, [.. Enumerable.Range(0, attributes).Select(number => ($"{name}{number}", (object?)number))]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _database.Write(write);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
