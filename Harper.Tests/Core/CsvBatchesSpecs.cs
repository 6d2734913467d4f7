using System.Text;
using Harper.Core.BulkLoad;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Schema;
using Harper.Host.BulkLoad;
using Xunit;

namespace Harper.Tests.Core;

/// <summary>Proves R-BLK-06 (what cells become) and the checks of a load before its first row is written.</summary>
public sealed class CsvBatchesSpecs
{
    private static readonly TableDefinition Dynamic = Table();

    [Theory]
    [InlineData("5", "5")]
    [InlineData("-12.50", "-12.5")]
    [InlineData("0.25", "0.25")]
    [InlineData("0042", "\"0042\"")]
    [InlineData("1e5", "\"1e5\"")]
    [InlineData("12345678901234567890", "\"12345678901234567890\"")]
    [InlineData("TRUE", "true")]
    [InlineData("false", "false")]
    [InlineData("undefined", "null")]
    [InlineData("NULL", "null")]
    [InlineData("", "\"\"")]
    [InlineData("[1,2]", "[1,2]")]
    [InlineData("{no json", "\"{no json\"")]
    [InlineData("2024-01-31T10:00:00.000Z", "\"2024-01-31T10:00:00.000Z\"")]
    [InlineData("Bonfinópolis", "\"Bonfin\\u00F3polis\"")]
    public void A_cell_without_a_declared_type_should_become_what_it_looks_like(string cell, string json) =>
        Assert.Equal($"[{{\"a\":{json}}}]", Load(Dynamic, $"a\n\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\n"));

    [Theory]
    [InlineData("String", "5", "\"5\"")]
    [InlineData("Int", "5", "5")]
    [InlineData("Int", "", "null")]
    [InlineData("Boolean", "True", "true")]
    [InlineData("Float", "2e3", "2e3")]
    [InlineData("Int", "five", "\"five\"")]
    public void A_cell_with_a_declared_type_should_become_that_type(string type, string cell, string json) =>
        Assert.Equal($"[{{\"a\":{json}}}]", Load(Table(new AttributeDefinition(1, "a", type)), $"a\n\"{cell}\"\n"));

    [Fact]
    public void Empty_lines_should_be_skipped_extra_cells_dropped_and_a_byte_order_mark_removed() =>
        Assert.Equal("[{\"id\":1,\"n\":\"x\"},{\"id\":2,\"n\":\"y, z\"}]", Load(Dynamic, "\uFEFFid,n\n1,x,more\n\n2,\"y, z\"\n"));

    [Fact]
    public void A_column_name_that_breaks_the_name_rule_should_cancel_the_load()
    {
        var refused = Assert.Throws<OperationError>(() => Load(Dynamic, "id,a/b\n1,2\n"));
        Assert.Equal("Invalid column name 'a/b', cancelling load operation", refused.Message);
    }

    [Fact]
    public void Batches_should_be_bounded_by_records()
    {
        var text = "id\n" + string.Concat(Enumerable.Range(0, 25).Select(i => $"{i}\n"));
        var batches = new CsvBatches(Dynamic, 10, 1 << 20).Read(new CsvHelperReader().Read(new StringReader(text)));
        Assert.Equal([10, 10, 5], batches.Select(batch => batch.Count));
        Assert.Equal(25, new CsvBatches(Dynamic, 10, 1 << 20).Count(new CsvHelperReader().Read(new StringReader(text))));
    }

    private static string Load(TableDefinition table, string text) => string.Concat(
        new CsvBatches(table, 1000, 1 << 20).Read(new CsvHelperReader().Read(new StringReader(text)))
            .Select(batch => Encoding.UTF8.GetString(batch.Json.Span)));

    private static TableDefinition Table(params AttributeDefinition[] attributes) => new()
    {
        Id = 1, Name = new TableName("t"), PrimaryKey = "id", Incarnation = Guid.Empty, Attributes = [.. attributes],
    };
}
