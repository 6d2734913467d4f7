using System.Formats.Cbor;
using System.Numerics;
using System.Text;
using Harper.Core.Operations;
using Harper.Host.Http.ContentTypes;
using MessagePack;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>Proves R-OPS-09 as far as it needs no node: which type is chosen, and what a body in another type says as JSON.</summary>
public sealed class ContentTypeSpecs
{
    [Theory]
    [InlineData("", "Json")]
    [InlineData("*/*", "Json")]
    [InlineData("application/*", "Json")]
    [InlineData("application/cbor, application/json", "Cbor")]
    [InlineData("application/cbor;q=0.5, application/json;q=0.9", "Json")]
    [InlineData("application/json, text/plain, */*", "Json")]
    [InlineData("application/x-msgpack", "MessagePack")]
    [InlineData("text/html, text/csv;q=0.1", "Csv")]
    [InlineData("text/html", null)]
    [InlineData("application/cbor;q=0", null)]
    public void The_answer_should_have_the_type_that_the_caller_likes_best(string accept, string? chosen) =>
        Assert.Equal(chosen, AnswerTypes.Choose(accept)?.ToString());

    [Theory]
    [InlineData(null, "Json")]
    [InlineData("Application/JSON; charset=utf-8", "Json")]
    [InlineData("application/cbor; x=1", "Cbor")]
    [InlineData("application/x-msgpack", "MessagePack")]
    [InlineData("application/x-www-form-urlencoded", "Unnamed")]
    [InlineData("text/csv", "Unsupported")]
    public void A_body_should_be_read_as_its_type_says(string? contentType, string read) => Assert.Equal(read, BodyTypes.Of(contentType).ToString());

    [Fact]
    public void Arguments_that_are_no_data_should_become_plain_json()
    {
        var writer = new CborWriter();
        writer.WriteStartMap(4);
        writer.WriteTextString("operation");
        writer.WriteTextString("x");
        writer.WriteTextString("date");
        writer.WriteTag(CborTag.UnixTimeSeconds);
        writer.WriteDouble(0.25);
        writer.WriteTextString("bytes");
        writer.WriteByteString([1, 2]);
        writer.WriteTextString("number");
        writer.WriteBigInteger(BigInteger.Pow(10, 30));
        writer.WriteEndMap();
        Assert.Equal(
            """{"operation":"x","date":"1970-01-01T00:00:00.250Z","bytes":"AQI=","number":1000000000000000000000000000000}""",
            Encoding.UTF8.GetString(CborBody.ToJson(writer.Encode()).Span));
    }

    [Fact]
    public void Whatever_is_not_the_type_that_it_claims_should_be_refused_with_a_reason()
    {
        Refused("Unexpected end of CBOR data", CborBody.ToJson, []);
        Refused("not valid CBOR", CborBody.ToJson, [0xFF]);
        Refused("end of buffer not reached", CborBody.ToJson, [0xA0, 0x00]);
        Refused("tag 4 is not supported", CborBody.ToJson, [0xC4, 0x82, 0x01, 0x02]);
        Refused("not valid UTF-8", CborBody.ToJson, [0x61, 0xFF]);
        Refused("nested", CborBody.ToJson, [.. Enumerable.Repeat((byte)0x81, 100_000)]);
        Refused("nested", CborBody.ToJson, [.. Enumerable.Repeat((byte)0xD7, 100_000)]);
        Refused("Unexpected end of MessagePack data", MessagePackBody.ToJson, [0x92, 0x01]);
        Refused("no value begins with 0xc1", MessagePackBody.ToJson, [0xC1]);
        Refused("end of buffer not reached", MessagePackBody.ToJson, [0x80, 0x80]);
        Refused("extension 7 is not supported", MessagePackBody.ToJson, [0xD4, 0x07, 0x00]);
        Refused("nested", MessagePackBody.ToJson, [.. Enumerable.Repeat((byte)0x91, 100_000)]);
    }

    /// <summary>Nothing but a refusal may come out of bytes from outside.</summary>
    [Fact]
    public void No_bytes_should_break_the_readers()
    {
        var random = new Random(7);
        var whole = MessagePackSerializer.Serialize(new Dictionary<string, object?> { ["records"] = new object?[] { 1, "text", -1.5, null, true, DateTime.UnixEpoch, new byte[] { 9 } } },
            cancellationToken: TestContext.Current.CancellationToken);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(1, 40)];
            random.NextBytes(bytes);
            if (round % 2 == 0) whole.AsSpan(0, Math.Min(whole.Length, random.Next(1, 60))).CopyTo(bytes = new byte[whole.Length]);
            if (round % 2 == 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Try(CborBody.ToJson, bytes);
            Try(MessagePackBody.ToJson, bytes);
        }
    }

    private static void Try(Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> read, byte[] bytes)
    {
        try
        {
            read(bytes);
        }
        catch (OperationError error)
        {
            Assert.Equal(400, error.Status);
        }
    }

    private static void Refused(string reason, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> read, byte[] bytes) =>
        Assert.Contains(reason, Assert.Throws<OperationError>(() => read(bytes)).Message, StringComparison.Ordinal);
}
