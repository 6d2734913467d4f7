using System.Text.Json;
using Harper.Core.Wire;
using Xunit;

namespace Harper.Tests.Core.Wire;

/// <summary>Lengths and ids of data messages, against the original's.</summary>
public sealed class VarintSpecs
{
    [Fact]
    public void Every_vector_should_be_written_and_read_as_it_says()
    {
        Span<byte> bytes = stackalloc byte[Varint.MaxBytes];
        foreach (var vector in WireVectors.Unit("varints").EnumerateArray())
        {
            var (value, expected) = (vector.GetProperty("value").GetUInt32(), vector.GetProperty("hex").GetString());
            var size = Varint.Write(bytes, value);
            Assert.Equal(expected, Convert.ToHexStringLower(bytes[..size]));
            Assert.Equal(size, Varint.SizeOf(value));
            Assert.Equal(size, Varint.Read(bytes[..size], out var read));
            Assert.Equal(value, read);
            for (var cut = 0; cut < size; cut++) Assert.Equal(0, Varint.Read(bytes[..cut], out _));
        }
    }

    [Fact]
    public void A_form_longer_than_needed_should_be_read()
    {
        Assert.Equal(4, Varint.Read([0xC0, 0, 0, 0x11], out var value));
        Assert.Equal(0x11u, value);
        Assert.Equal(5, Varint.Read([0xFF, 0, 0, 0, 7], out value));
        Assert.Equal(7u, value);
    }
}
