using System.Diagnostics;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.BulkLoad;
using Harper.Core.Schema;
using Harper.Host.BulkLoad;
using Harper.Host.Configuration;
using Xunit;
using YamlDotNet.Core;

namespace Harper.Tests.Security;

/// <summary>CSV texts and configuration files that are made to break whoever loads them (X38, X39): each ends with an error that says what to do, soon, and is not held in memory.</summary>
public sealed class LoaderBombSpecs
{
    private const int Gigabyte = 1 << 30;
    private static readonly TableDefinition Table = new() { Id = 1, Name = new TableName("t"), PrimaryKey = "id", Incarnation = Guid.Empty, Attributes = [] };

    public static TheoryData<string, string, string, string> CsvBombs => new()
    {
        { "one line of a gigabyte", "id\n", "x", "Row 2 of the CSV text is longer than 64 million characters: check that its lines end" },
        { "a quote that never ends", "id\n\"", "x\n,", "Row 2 of the CSV text is longer than 64 million characters: a quote that begins in it does not end" },
        { "fields of nothing without end", "id\n", ",", "Row 2 of the CSV text has more than 10000 columns" },
        { "a header without end", "", "a,", "Row 1 of the CSV text has more than 10000 columns, which is as many as can be loaded: leave columns out" },
        { "100,000 columns", string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"c{i}")) + "\n", "1\n", "Row 1 of the CSV text has more than 10000 columns" },
    };

    [Theory]
    [MemberData(nameof(CsvBombs))]
    public void A_bomb_of_csv_should_be_refused_and_say_why(string what, string start, string again, string expected)
    {
        using var text = new EndlessText(start, again, Gigabyte);
        var watch = Stopwatch.StartNew();
        var refused = Assert.Throws<OperationError>(() => new CsvBatches(Table, 1000, 1 << 20).Count(new CsvHelperReader().Read(text)));
        Assert.Equal(400, refused.Status);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.True(text.Given <= BoundedRows.MaxRow + (1 << 20), $"{what}: {text.Given} characters were taken");
        Assert.True(watch.Elapsed.TotalSeconds < 60, $"{what}: {watch.Elapsed}");
    }

    [Fact]
    public void Long_texts_with_quoted_commas_and_lines_should_be_loaded_as_ever()
    {
        var cell = string.Concat(Enumerable.Repeat("a,\"\"b\"\"\n", 20_000));
        var text = "id,v\n" + string.Concat(Enumerable.Range(0, 20).Select(id => $"{id},\"{cell}\"\r\n"));
        Assert.Equal(20, new CsvBatches(Table, 1000, 1 << 20).Count(new CsvHelperReader().Read(new StringReader(text))));
        var wide = string.Join(',', Enumerable.Range(0, BoundedRows.MaxColumns).Select(i => $"c{i}")) + "\n";
        Assert.Equal(2, new CsvBatches(Table, 1000, 1 << 20).Count(new CsvHelperReader().Read(new StringReader(wide + wide + wide))));
    }

    public static TheoryData<string, string, string> YamlBombs => new()
    {
        { "a billion laughs", "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat("bcdefghi".Select(name => $"{name}: &{name} [{string.Join(',', Enumerable.Repeat($"*{(char)(name - 1)}", 9))}]\n")), "aliases are not supported here; write the value itself" },
        { "a value in itself", "a: &a [*a]\n", "aliases are not supported here" },
        { "merged keys", "a: &a {x: 1}\nb:\n  <<: *a\n", "aliases are not supported here" },
        { "lists in lists", "a: " + new string('[', 100_000), "nested deeper than 32 levels" },
        { "objects in objects", "a: " + string.Concat(Enumerable.Repeat("{a: ", 100_000)), "nested deeper than 32 levels" },
        { "lists in lists, in one line", string.Concat(Enumerable.Repeat("- ", 100_000)), "nested deeper than 32 levels" },
        { "an object as a key", "? {a: 1}\n: 2\n", "line 1" },
        { "the same name again", string.Concat(Enumerable.Range(0, 50_000).Select(i => $"k{i}: 1\n")) + "k7: 2\n", "'k7' stands here twice" },
        { "a text that never ends", "a: \"" + new string('x', 1 << 20), "line" },
        { "a zero, which ends the text for some", "a: 1\nb: x\u0000y\nc: 2\n", "line 2, column 5: a zero byte stands here" },
    };

    [Theory]
    [MemberData(nameof(YamlBombs))]
    public void A_bomb_of_yaml_should_be_an_error_with_its_place(string what, string text, string expected)
    {
        var (before, watch) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        var (errors, warnings) = (new List<string>(), new List<string>());
        ConfigFile.Parse(text, "harper-config.yaml", errors, warnings);
        var cost = GC.GetAllocatedBytesForCurrentThread() - before;
        var error = Assert.Single(errors);
        Assert.StartsWith("harper-config.yaml is not YAML, line ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.True(error.Length < 500, $"{what}: {error.Length} characters");
        Assert.True(cost < (64L << 20) + (400L * text.Length), $"{what}: {text.Length} characters cost {cost} bytes");
        Assert.True(watch.Elapsed.TotalSeconds < 30, $"{what}: {watch.Elapsed}");
        Assert.ThrowsAny<YamlException>(() => YamlText.Parse(text));
    }

    /// <summary>A text of any length that nobody holds.</summary>
    private sealed class EndlessText(string start, string again, long length) : TextReader
    {
        public long Given { get; private set; }

        public override int Peek() => Given >= length ? -1 : At(Given);

        public override int Read() => Given >= length ? -1 : At(Given++);

        public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

        public override int Read(Span<char> buffer)
        {
            var count = (int)Math.Min(buffer.Length, length - Given);
            for (var i = 0; i < count; i++) buffer[i] = At(Given++);
            return count;
        }

        private char At(long place) => place < start.Length ? start[(int)place] : again[(int)((place - start.Length) % again.Length)];
    }
}
