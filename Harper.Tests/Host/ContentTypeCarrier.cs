using System.Formats.Cbor;
using System.Net.Http.Headers;
using System.Numerics;
using System.Text;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>Sends operations in CBOR to a node and reads answers in every type (R-OPS-09): what JSON cannot carry must come back as it was.</summary>
internal sealed class ContentTypeCarrier(HostProcess node)
{
    private const long Above53Bits = (1L << 53) + 1;
    private static readonly BigInteger Huge = BigInteger.Pow(3, 100);

    public async Task ProveAsync()
    {
        await node.RunAsync(new { operation = "create_table", table = "kinds", primary_key = "id" });
        var inserted = await SendAsync("application/cbor", Insert(), "application/cbor");
        Assert.Equal("application/cbor", inserted.Type);
        CheckCbor((await SendAsync("application/json", Search("*"), "application/cbor")).Body);
        Assert.Contains("\"inf\":null", Encoding.UTF8.GetString((await SendAsync("application/json", Search("*"), "*/*")).Body), StringComparison.Ordinal);

        var packed = await SendAsync("application/json", Search("id"), "application/x-msgpack");
        Assert.Equal("9181A26964D30020000000000001", Convert.ToHexString(packed.Body));
        var table = await SendAsync("application/json", Search("text"), "text/csv");
        Assert.Equal("\"text\"\n\"a,\"\"b\"\"\"", Encoding.UTF8.GetString(table.Body));

        // A key above 2^53 finds its record in every type that can say it.
        var found = await SendAsync("application/cbor", Find(), "application/json");
        Assert.Equal("[{\"id\":9007199254740993}]", Encoding.UTF8.GetString(found.Body));
        Assert.Equal(406, (await SendAsync("application/json", Search("id"), "text/html")).Status);
        Assert.Equal(415, (await SendAsync("application/xml", "<x/>"u8.ToArray(), "*/*")).Status);
        Assert.Equal(400, (await SendAsync("application/cbor", [0xA1], "application/cbor")).Status);
    }

    private static byte[] Insert() => Body("insert", writer =>
    {
        writer.WriteTextString("records");
        writer.WriteStartArray(1);
        writer.WriteStartMap(null);
        Name(writer, "id").WriteInt64(Above53Bits);
        Name(writer, "bytes").WriteByteString([0, 1, 255]);
        Name(writer, "huge").WriteBigInteger(Huge);
        Name(writer, "when").WriteTag(CborTag.UnixTimeSeconds);
        writer.WriteDouble(1.5);
        Name(writer, "inf").WriteDouble(double.PositiveInfinity);
        Name(writer, "small").WriteSingle(0.1f);
        Name(writer, "text").WriteTextString("a,\"b\"");
        Name(writer, "deep").WriteStartArray(1);
        writer.WriteStartMap(1);
        Name(writer, "b").WriteByteString([7]);
        writer.WriteEndMap();
        writer.WriteEndArray();
        writer.WriteEndMap();
        writer.WriteEndArray();
    });

    private static void CheckCbor(byte[] answer)
    {
        var reader = new CborReader(answer);
        reader.ReadStartArray();
        reader.ReadStartMap();
        var seen = new Dictionary<string, object>();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            var name = reader.ReadTextString();
            seen[name] = name switch
            {
                "id" => reader.ReadInt64(),
                "bytes" => Convert.ToHexString(reader.ReadByteString()),
                "huge" => reader.ReadBigInteger(),
                "when" => reader.ReadUnixTimeSeconds().ToUnixTimeMilliseconds(),
                "inf" or "small" => reader.ReadDouble(),
                "text" => reader.ReadTextString(),
                _ => Convert.ToHexString(reader.ReadEncodedValue().Span),
            };
        }
        Assert.Equal(Above53Bits, seen["id"]);
        Assert.Equal("0001FF", seen["bytes"]);
        Assert.Equal(Huge, seen["huge"]);
        Assert.Equal(1500L, seen["when"]);
        Assert.Equal(double.PositiveInfinity, seen["inf"]);
        Assert.Equal((double)0.1f, seen["small"]);
        Assert.Equal("81A161624107", seen["deep"]);
    }

    private static byte[] Find() => Body("search_by_id", writer =>
    {
        writer.WriteTextString("ids");
        writer.WriteStartArray(1);
        writer.WriteInt64(Above53Bits);
        writer.WriteEndArray();
        writer.WriteTextString("get_attributes");
        writer.WriteStartArray(1);
        writer.WriteTextString("id");
        writer.WriteEndArray();
    });

    private static byte[] Search(string attribute) => Encoding.UTF8.GetBytes(
        $$"""{"operation":"search_by_value","table":"kinds","attribute":"id","value":"*","get_attributes":["{{attribute}}"]}""");

    private static byte[] Body(string operation, Action<CborWriter> rest)
    {
        var writer = new CborWriter();
        writer.WriteStartMap(null);
        Name(writer, "operation").WriteTextString(operation);
        Name(writer, "table").WriteTextString("kinds");
        rest(writer);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static CborWriter Name(CborWriter writer, string name)
    {
        writer.WriteTextString(name);
        return writer;
    }

    private async Task<(int Status, string? Type, byte[] Body)> SendAsync(string type, byte[] body, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.Accept.ParseAdd(accept);
        request.Headers.Authorization = HostProcess.Basic("admin", "Abc1234!");
        using var answer = await node.Client.SendAsync(request);
        return ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsByteArrayAsync());
    }
}
