using System.Text;
using System.Text.Json;
using Harper.Core.Json;
using Harper.Core.Values;
using Xunit;

namespace Harper.Tests.Core.JsonRecords;

/// <summary>What a request's records leave behind in memory beside themselves.</summary>
public sealed class RecordBufferSpecs
{
    private const int RecordBytes = 100;

    [Fact]
    public void The_last_array_should_have_room_for_what_is_to_come_and_no_more()
    {
        const int Expected = 100_000;
        var buffer = new RecordBuffer(64 * 1024, Expected);
        for (var i = 0; i < Expected / RecordBytes; i++) Write(buffer, (byte)i);
        Assert.Equal(Expected, buffer.Total);
        Assert.InRange(buffer.Capacity, RecordBytes, Expected - (64 * 1024) + RecordBytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(150)]
    [InlineData(5_000)]
    public void More_than_was_expected_should_go_on_in_further_arrays(int expected)
    {
        var buffer = new RecordBuffer(64, expected);
        var records = Enumerable.Range(0, 1000).Select(i => Write(buffer, (byte)i)).ToList();
        for (var i = 0; i < records.Count; i++) Assert.True(records[i].Span.IndexOfAnyExcept((byte)i) < 0, $"record {i} was written over");
        Assert.InRange(buffer.Capacity, RecordBytes, 64 * 1024);
    }

    [Fact]
    public void A_long_record_after_short_ones_should_fit_although_nobody_expected_it()
    {
        var buffer = new RecordBuffer(64, 256);
        Write(buffer, 1);
        var reader = new JsonRecordReader(new ShapeCache(), new JsonRecordOptions());
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes($"{{\"id\":1,\"text\":\"{new string('x', 300_000)}\"}}"));
        json.Read();
        var record = reader.Read(ref json, buffer).Record;
        Assert.Equal(2, record.Shape.Count);
        Assert.InRange(record.Values.Length, 300_000, 300_100);
    }

    private static Memory<byte> Write(RecordBuffer buffer, byte value)
    {
        buffer.BeginRecord();
        buffer.GetSpan(RecordBytes)[..RecordBytes].Fill(value);
        buffer.Advance(RecordBytes);
        return buffer.EndRecord();
    }
}
