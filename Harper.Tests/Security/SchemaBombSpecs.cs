using System.Diagnostics;
using Harper.Host.Schema;
using Xunit;

namespace Harper.Tests.Security;

/// <summary>Schema files that are made to break their reader: each ends as a problem that names the place, soon, and costs no more than a few times its size.</summary>
public sealed class SchemaBombSpecs
{
    private const int Depth = 100_000;

    public static TheoryData<string, string> Bombs => new()
    {
        { "nested lists of a type in lines", "type Dog @table { id: " + string.Concat(Enumerable.Repeat("[\n", Depth)) },
        { "nested objects of a value in lines", "type Dog @table(a: " + string.Concat(Enumerable.Repeat("{a:\n", Depth)) },
        { "a block text that never ends, in lines", "\"\"\"" + string.Concat(Enumerable.Repeat("xxxxxxx\n", Depth)) },
        { "as long a line as may be, and wrong", "type Dog @table(a: " + new string('9', 4_000) },
        { "nested lists of a type", $"type Dog @table {{ id: {new string('[', Depth)}ID{new string(']', Depth)} }}" },
        { "nested lists of a value", $"type Dog @table(a: {new string('[', Depth)}1{new string(']', Depth)}) {{ id: ID @primaryKey }}" },
        { "nested objects of a value", $"type Dog @table(a: {string.Concat(Enumerable.Repeat("{a:", Depth))}1{new string('}', Depth)}) {{ id: ID }}" },
        { "nested selections", string.Concat(Enumerable.Repeat("{a", Depth)) + new string('}', Depth) },
        { "lists that never end", "type Dog @table { id: " + new string('[', Depth) },
        { "a text that never ends", "type Dog @table(table: \"" + new string('x', 1 << 20) },
        { "a block text that never ends", "\"\"\"" + new string('x', 1 << 20) },
        { "directives that never end", "type Dog " + string.Concat(Enumerable.Repeat("@table ", Depth)) },
        { "a number without an end", "type Dog @table(a: " + new string('9', 1 << 20) + ") { id: ID" },
        { "characters that are none", "type Dog \u0000\u0001\ufffe @table { id: ID }" },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_bomb_should_be_a_problem_and_nothing_else(string what, string text)
    {
        var (before, watch) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        var schema = new GraphQlSchemaReader().Read(text);
        var cost = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(schema.Problems.Length > 0 || schema.Tables.IsEmpty, what);
        Assert.True(cost < (32L << 20) + (200L * text.Length), $"{what}: {text.Length} characters cost {cost} bytes");
        Assert.True(watch.Elapsed.TotalSeconds < 20, $"{what}: {watch.Elapsed}");
        Assert.All(schema.Problems, problem => Assert.True(problem.Length < 1000, problem[..Math.Min(200, problem.Length)]));
    }

    [Fact]
    public void Many_types_and_fields_should_be_read_in_time()
    {
        var text = string.Concat(Enumerable.Range(0, 2_000).Select(type => $"type T{type} @table {{ id: ID @primaryKey {string.Concat(Enumerable.Range(0, 20).Select(field => $"f{field}: String @indexed "))} }}\n"));
        Assert.Equal(2_000, new GraphQlSchemaReader().Read(text).Tables.Length);
    }
}
