using System.Text;
using Harper.Core.Operations;
using Xunit;

namespace Harper.Tests.Core.Operations;

/// <summary>Proves R-OPS-04, R-OPS-10, R-OPS-11: what a body is, what it is not, and what is taken from it.</summary>
public sealed class OperationEnvelopeSpecs
{
    [Theory]
    [InlineData("", "Body cannot be empty when content-type is set to 'application/json'")]
    [InlineData("  \n", "Body cannot be empty when content-type is set to 'application/json'")]
    [InlineData("{\"operation\":", "Unexpected end of JSON input")]
    [InlineData("{\"operation\":\"x\"", "Unexpected end of JSON input")]
    [InlineData("{\"operation\":\"x", "Unexpected end of JSON input")]
    [InlineData("[1,2", "Unexpected end of JSON input")]
    [InlineData("tru", "Unexpected end of JSON input")]
    [InlineData("[1,2]", "Request body must include an 'operation' property.")]
    [InlineData("17", "Request body must include an 'operation' property.")]
    [InlineData("\"text\"", "Request body must include an 'operation' property.")]
    [InlineData("{\"foo\":1}", "Request body must include an 'operation' property.")]
    [InlineData("{\"operation\":null}", "Request body must include an 'operation' property.")]
    [InlineData("{\"operation\":{}}", "Request body must include an 'operation' property.")]
    public void A_body_that_is_no_operation_should_be_refused_in_the_originals_words(string body, string message)
    {
        var error = Assert.Throws<OperationError>(() => Parse(body));
        Assert.Equal((400, message), (error.Status, error.Message));
    }

    [Fact]
    public void Malformed_JSON_should_be_located_in_the_words_of_the_caller()
    {
        Assert.Equal("Request body is not valid JSON: 'h' is an invalid start of a value (line 1, byte 1)", Assert.Throws<OperationError>(() => Parse("hello")).Message);
        Assert.EndsWith("(line 2, byte 3)", Assert.Throws<OperationError>(() => Parse("{\"operation\":\n  }")).Message, StringComparison.Ordinal);
        var deep = "{\"operation\":" + new string('[', 65) + new string(']', 65) + "}";
        Assert.Equal("Request body is nested deeper than 64 levels", Assert.Throws<OperationError>(() => Parse(deep)).Message);
    }

    [Theory]
    [InlineData("{\"operation\":}")]
    [InlineData("{operation:1}")]
    [InlineData("{\"operation\":\"x\"} {")]
    [InlineData("{\"operation\":\"x\",}")]
    public void Malformed_JSON_should_be_refused_with_a_reason(string body)
    {
        var error = Assert.Throws<OperationError>(() => Parse(body));
        Assert.Equal(400, error.Status);
        Assert.NotEmpty(error.Message);
    }

    [Fact]
    public void Nesting_beyond_the_bound_should_be_refused()
    {
        var error = Assert.Throws<OperationError>(() => Parse("{\"operation\":\"x\",\"a\":" + new string('[', 100) + new string(']', 100) + "}"));
        Assert.Equal(400, error.Status);
    }

    [Fact]
    public void Aliases_should_become_the_current_names_and_lose_against_them()
    {
        var fields = Parse("""{"operation":"x","schema":"old","database":"new","hash_values":[1],"hash_attribute":"id","search_attribute":"a","search_value":1}""");
        Assert.Equal("new", fields.Text("database"));
        Assert.True(fields.Has("ids") && fields.Has("primary_key") && fields.Has("attribute") && fields.Has("value"));
        Assert.False(fields.Has("schema"));
        Assert.Equal("old", Parse("""{"operation":"x","schema":"old"}""").Text("database"));
    }

    [Fact]
    public void Internal_flags_should_not_come_in_from_outside()
    {
        var fields = Parse("""{"operation":"x","bypass_auth":true,"hdb_user":{"role":1},"parsed_sql_object":{}}""");
        Assert.Equal(["operation"], fields.All.Keys);
    }

    [Fact]
    public void Text_that_is_none_should_be_refused()
    {
        byte[] torn = [.. """{"operation":"x"""u8, 0xD5, .. "\"}"u8];
        Assert.Equal("Request body is not valid UTF-8", Assert.Throws<OperationError>(() => OperationFields.ParseBody(torn)).Message);
        Assert.Equal("Request body holds half of a surrogate pair: \\ud800", Assert.Throws<OperationError>(() => Parse("""{"operation":"x","a":"\ud800"}""")).Message);
        Assert.Equal("\U0001F600", Parse("""{"operation":"x","a":"\uD83D\uDE00"}""").Text("a"));
        Assert.Equal("\\ud800", Parse("""{"operation":"x","a":"\\ud800"}""").Text("a"));
    }

    [Fact]
    public void A_line_of_the_log_should_show_neither_secrets_nor_records() => Assert.Equal(
        "operation=\"add_user\" password=\"*****\" operation_token=\"*****\" primary_key=\"id\" records=<10 bytes> role=<12 bytes> limit=10",
        OperationText.Of(Parse(
            """{"operation":"add_user","password":"x","operation_token":"y","primary_key":"id","records":[{"id":1}],"role":{"name":"r"},"limit":10}""")));

    [Fact]
    public void A_byte_order_mark_should_not_hurt() => Assert.Equal("x", Parse("\uFEFF{\"operation\":\"x\"}").Text("operation"));

    private static OperationFields Parse(string body) => OperationFields.ParseBody(Encoding.UTF8.GetBytes(body));
}
