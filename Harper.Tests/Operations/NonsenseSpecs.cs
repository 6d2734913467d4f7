using System.Text;
using System.Text.Json;
using Harper.Actors.Operations;
using Harper.Core.Operations;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Operations;

/// <summary>Whatever a client sends, it is told what is wrong with it: no body breaks a handler, none leaves half a transaction.</summary>
public sealed class NonsenseSpecs
{
    private const string Broken = "There was an error processing your request. Check logs and try again.";

    private static readonly string[] Bodies =
    [
        """{"operation":"insert","table":"dog","records":[{"id":1,"name":"Penny","tags":["x",{"y":[1,2.5]}],"o":{"k":null}},{"id":"b","big":12345678901234567890}]}""",
        """{"operation":"upsert","database":"data","table":"dog","records":[{"id":[1,"a"],"born":"2020-01-01"},{"name":true}],"expiresAt":1e12}""",
        """{"operation":"update","table":"dog","records":[{"id":1,"age":{"__op__":"add","value":2}}]}""",
        """{"operation":"delete","table":"dog","hash_values":[1,"b",2.5,[1,"a"]]}""",
        """{"operation":"search_by_id","table":"dog","ids":[1,"b",[1,"a"]],"get_attributes":["id","name"]}""",
        """{"operation":"search_by_value","table":"dog","attribute":"name","value":"*n*","get_attributes":["*"],"limit":10,"offset":1}""",
        """{"operation":"search_by_conditions","table":"dog","operator":"or","sort":{"attribute":"name","descending":true,"next":{"attribute":"id"}},"conditions":[{"attribute":"id","comparator":"between","value":[1,"z"]},{"operator":"and","conditions":[{"attribute":["o","k"],"value":null}]}]}""",
        """{"operation":"transaction","operations":[{"operation":"insert","table":"dog","records":[{"id":9}]},{"operation":"delete","table":"dog","ids":[9]}]}""",
        """{"operation":"create_table","table":"t","primary_key":"id","attributes":[{"name":"id","type":"ID"},{"name":"n","type":"[Int]"}],"expiration":60}""",
        """{"operation":"create_attribute","table":"dog","attribute":"x","type":"Int"}""",
        """{"operation":"describe_table","database":"data","table":"dog","exact_count":true}""",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "-0", "1e999", "1e-999", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"a/b\"", "\"*\"", "\"**\"", "[]", "{}", "[[]]", "[null]", "{\"a\":{}}", "9007199254740993",
        "\"__proto__\"", "[1,[2,[3]]]", "\"\u00fc\ud83d\ude00\"", "-1", "\"null\"", "{\"__op__\":\"add\",\"value\":\"x\"}",
    ];

    [Fact]
    public async Task Nonsense_should_be_refused_and_never_break()
    {
        using var node = new OperationNode();
        await node.DoAsync("""{"operation":"create_table","table":"dog","primary_key":"id"}""");
        await node.DoAsync(Bodies[0]);
        var random = new Random(11);
        for (var round = 0; round < LongRun.Scale(6_000, 200_000); round++)
        {
            var body = Spoil(Encoding.UTF8.GetBytes(Bodies[random.Next(Bodies.Length)]), random);
            var text = Encoding.UTF8.GetString(body);
            var answer = await node.Dispatcher.RunAsync(body, OperationNode.Admin, CallOrigin.Http, TestContext.Current.CancellationToken);
            using var stream = new MemoryStream();
            try
            {
                await using var writer = new Utf8JsonWriter(stream);
                await answer.WriteToAsync(writer, TestContext.Current.CancellationToken);
            }
            catch (OperationError)
            {
                continue;
            }
            using var document = JsonDocument.Parse(stream.ToArray());
            var broke = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out var error) && error.GetString() == Broken;
            Assert.False(broke, $"round {round}: {text}");
        }
    }

    /// <summary>Puts a strange value in the place of another, or damages a few bytes.</summary>
    private static byte[] Spoil(byte[] body, Random random)
    {
        if (random.Next(3) > 0)
        {
            var reader = new Utf8JsonReader(body);
            var places = new List<(int Start, int End)>();
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject || reader.CurrentDepth == 0) continue;
                var start = (int)reader.TokenStartIndex;
                var whole = reader;
                whole.Skip();
                places.Add((start, (int)whole.BytesConsumed));
            }
            var (from, to) = places[random.Next(places.Count)];
            return [.. body[..from], .. Encoding.UTF8.GetBytes(Values[random.Next(Values.Length)]), .. body[to..]];
        }
        for (var damage = random.Next(3); damage >= 0; damage--) body[random.Next(body.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? body[..random.Next(body.Length)] : body;
    }
}
