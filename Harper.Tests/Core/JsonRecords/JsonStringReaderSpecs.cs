using System.Text;
using System.Text.Json;
using CsCheck;
using Harper.Core.Json;
using Xunit;

namespace Harper.Tests.Core.JsonRecords;

/// <summary>The text of a long JSON string, read as it goes, is the one that a JSON parser gives (R-BLK-01).</summary>
public sealed class JsonStringReaderSpecs
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"a,b\\n1,\\\"x\\\"\\r\\n\\t\\\\\\/\\b\\f\"")]
    [InlineData("\"\\u00e9\\uD83D\\uDE00 é😀\"")]
    public void Escapes_should_mean_what_json_says(string json) => Assert.Equal(JsonSerializer.Deserialize<string>(json), Read(json));

    [Fact]
    public void Any_text_should_come_out_whole_whatever_its_length_and_wherever_a_block_ends() =>
        Gen.Select(Gen.Int[0, 6].Array[0, 60], Gen.Int[0, 4000], Gen.Bool).Sample((letters, times, relaxed) =>
        {
            var piece = string.Concat(letters.Select(letter => "a\n\"\\é漢\u0001"[letter]));
            var text = string.Concat(Enumerable.Repeat(piece + "😀", times));
            Assert.Equal(text, Read(relaxed ? JsonSerializer.Serialize(text, Relaxed) : JsonSerializer.Serialize(text)));
        }, iter: 200, threads: 1);

    private static string Read(string json)
    {
        using var reader = new JsonStringReader(Encoding.UTF8.GetBytes(json));
        return reader.ReadToEnd();
    }
}
