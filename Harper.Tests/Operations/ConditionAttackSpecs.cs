using System.Diagnostics;
using System.Text.Json.Nodes;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Operations;

/// <summary>X41: conditions that would be code elsewhere are text here, and none of them takes a thread for long.</summary>
public sealed class ConditionAttackSpecs : IAsyncLifetime
{
    private static readonly string[] Injections =
    [
        "' OR '1'='1", "'; DROP TABLE dog; --", "\"}],\"operation\":\"drop_table\"", "%", "_", "a%' ESCAPE 'a", ".*", "^(a+)+$", "(?s).", "[a-z]", "$where", "{\"$gt\":\"\"}", "__proto__", "constructor",
        "${7*7}", "{{7*7}}", "\\", "\\u0000", "\u0000", "\u0001", "\u2028", "a\tb", "null", "true", "1", "",
    ];

    private readonly OperationNode _node = new();

    public async ValueTask InitializeAsync()
    {
        await _node.DoAsync("""{"operation":"create_table","table":"dog","primary_key":"id"}""");
        var records = Injections.Select((text, id) => new JsonObject { ["id"] = id, ["name"] = text }).ToArray<JsonNode?>();
        await _node.DoAsync(new JsonObject { ["operation"] = "insert", ["table"] = "dog", ["records"] = new JsonArray(records) }.ToJsonString());
    }

    public ValueTask DisposeAsync()
    {
        _node.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Compared with what the same comparison gives in .NET, as text.</summary>
    [Fact]
    public async Task What_would_be_code_elsewhere_should_be_looked_for_as_it_stands()
    {
        foreach (var text in Injections)
        {
            Assert.Equal(Ids(name => name == text), await FindAsync("equals", text));
            if (text.Length == 0) continue;
            Assert.Equal(Ids(name => name.Contains(text, StringComparison.Ordinal)), await FindAsync("contains", text));
            Assert.Equal(Ids(name => name.StartsWith(text, StringComparison.Ordinal)), await FindAsync("starts_with", text));
            Assert.Equal(Ids(name => name.EndsWith(text, StringComparison.Ordinal)), await FindAsync("ends_with", text));
        }
    }

    /// <summary>A text of which nearly all is found again and again: looking for it by trying every place takes the product of both lengths, half a minute here.</summary>
    [Fact]
    public async Task A_text_that_nearly_fits_everywhere_should_not_take_a_thread()
    {
        var row = new JsonObject { ["id"] = "long", ["name"] = string.Concat(Enumerable.Repeat("ab", 2 << 20)) };
        await _node.DoAsync(new JsonObject { ["operation"] = "insert", ["table"] = "dog", ["records"] = new JsonArray(row) }.ToJsonString());
        var near = string.Concat(Enumerable.Repeat("ab", 1 << 19));
        var watch = Stopwatch.StartNew();
        Assert.Empty(await FindAsync("contains", $"{near}cc{near}"));
        // No measurement: a busy machine takes a tenth of it.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
        Assert.Equal("\"long\"", Assert.Single(await FindAsync("contains", near)));
    }

    /// <summary>Against the library's search, over an alphabet of two letters, where fits overlap.</summary>
    [Fact]
    public async Task Long_texts_should_be_found_where_they_are()
    {
        var random = new Random(7);
        string Text(int length) => new([.. Enumerable.Range(0, length).Select(_ => random.Next(12) == 0 ? 'b' : 'a')]);
        var names = Enumerable.Range(0, 40).Select(_ => Text(2_000)).ToArray();
        var records = names.Select((text, id) => new JsonObject { ["id"] = $"x{id}", ["name"] = text }).ToArray<JsonNode?>();
        await _node.DoAsync(new JsonObject { ["operation"] = "insert", ["table"] = "dog", ["records"] = new JsonArray(records) }.ToJsonString());
        for (var round = 0; round < 60; round++)
        {
            var sought = round % 2 == 0 ? Text(129 + random.Next(20)) : names[random.Next(names.Length)].Substring(random.Next(1_000), 129 + random.Next(800));
            var expected = Enumerable.Range(0, names.Length).Where(id => names[id].Contains(sought, StringComparison.Ordinal)).Select(id => $"\"x{id}\"").Order(StringComparer.Ordinal);
            Assert.Equal(expected, await FindAsync("contains", sought));
        }
    }

    [Fact]
    public async Task Many_and_deep_conditions_should_be_answered_or_refused()
    {
        var one = new JsonObject { ["attribute"] = "name", ["comparator"] = "equals", ["value"] = "%" };
        var many = new JsonArray(Enumerable.Range(0, 50_000).Select(_ => one.DeepClone()).ToArray<JsonNode?>());
        Assert.Equal(Ids(name => name == "%"), await FindAsync(many, "or"));
        JsonNode deep = one;
        for (var i = 0; i < 10; i++) deep = new JsonObject { ["operator"] = "or", ["conditions"] = new JsonArray(deep) };
        Assert.Equal(Ids(name => name == "%"), await FindAsync(new JsonArray(deep.DeepClone()), "and"));
        for (var i = 0; i < 24; i++) deep = new JsonObject { ["operator"] = "or", ["conditions"] = new JsonArray(deep) };
        var refused = await _node.CallAsync(Search(new JsonArray(deep), "and"));
        Assert.Equal((400, "Request body is nested deeper than 64 levels"), (refused.Status, refused.Error));
    }

    private static string[] Ids(Func<string, bool> matches) =>
        [.. Enumerable.Range(0, Injections.Length).Where(id => matches(Injections[id])).Select(id => $"{id}").Order(StringComparer.Ordinal)];

    private Task<string[]> FindAsync(string comparator, string text) =>
        FindAsync(new JsonArray(new JsonObject { ["attribute"] = "name", ["comparator"] = comparator, ["value"] = text }), "and");

    private async Task<string[]> FindAsync(JsonArray conditions, string combined)
    {
        var answer = await _node.DoAsync(Search(conditions, combined));
        Assert.True(answer is JsonArray, answer.ToJsonString());
        return [.. answer.AsArray().Select(row => row!["id"]!.ToJsonString()).Order(StringComparer.Ordinal)];
    }

    private static string Search(JsonArray conditions, string combined) => new JsonObject
    {
        ["operation"] = "search_by_conditions", ["table"] = "dog", ["operator"] = combined, ["conditions"] = conditions, ["get_attributes"] = new JsonArray("id"),
    }.ToJsonString();
}
