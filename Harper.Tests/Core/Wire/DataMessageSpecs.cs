using System.Text.Json;
using Harper.Core.Wire;
using Harper.Core.Wire.Data;
using Xunit;

namespace Harper.Tests.Core.Wire;

/// <summary>Data messages as bytes: every recorded one is read as recorded, and the traps of the original are stepped over.</summary>
public sealed class DataMessageSpecs
{
    [Fact]
    public void Every_recorded_data_frame_should_be_read_as_it_says()
    {
        var (frames, records) = (0, 0);
        foreach (var recorded in WireVectors.Frames().Where(frame => !frame.IsControl))
        {
            var expected = recorded.Decoded;
            var reader = new DataMessageReader(recorded.Bytes, FrameLimits.Default);
            Assert.Equal(expected.GetProperty("txnTime").GetDouble(), reader.TransactionTime);
            foreach (var one in expected.GetProperty("records").EnumerateArray())
            {
                Assert.True(reader.MoveNext());
                Check(one, reader.Current);
                records++;
            }
            Assert.False(reader.MoveNext());
            Assert.Equal(expected.Member("sequenceUpdate")?.GetDouble(), reader.SequenceUpdate);
            frames++;
        }
        Assert.Equal(57, frames);
        Assert.Equal(83, records);
    }

    [Fact]
    public void A_placeholder_or_a_time_in_front_of_a_record_should_be_skipped()
    {
        var record = Record(0x11, [0x61]);
        foreach (var first in new byte[][] { [0x40, 0, 0, 0, 0, 0, 0, 0], [0x42, 0x7a, 0x20, 0x74, 0x3d, 0x44, 0x5a, 0xa5] })
        {
            var reader = new DataMessageReader(Message([.. first, .. record]), FrameLimits.Default);
            Assert.True(reader.MoveNext());
            Assert.Equal(AuditType.Put, reader.Current.Type);
            Assert.Equal("6b", Convert.ToHexStringLower(reader.Current.Key.Span));
        }
    }

    [Fact]
    public void References_of_v5_should_be_skipped_and_its_local_records_be_known_as_such()
    {
        // Action 0xC005: patch, audit references, local only; two references before the user.
        byte[] record = [0xC0, 0, 0xC0, 0x05, 0, 1, 1, 0x6b, .. Time(5), 2, .. Time(1), 3, .. Time(2), 0x80, 0x90, 1, 0x75, 0x80];
        var reader = new DataMessageReader(Message(record), FrameLimits.Default);
        Assert.True(reader.MoveNext());
        Assert.Equal(AuditType.Patch, reader.Current.Type);
        Assert.True(reader.Current.IsLocalOnly);
        Assert.Equal("75", Convert.ToHexStringLower(reader.Current.User.Span));
        Assert.Equal("80", Convert.ToHexStringLower(reader.Current.Value.Span));
    }

    [Fact]
    public void Deletes_and_puts_of_nil_should_be_tombstones()
    {
        foreach (var (action, value, tombstone) in new (byte, byte[], bool)[]
            { (0x02, [0xc0], true), (0x02, [], true), (0x11, [0xc0], true), (0x11, [0x80], false), (0x25, [0xc0], false) })
        {
            var reader = new DataMessageReader(Message(Record(action, value)), FrameLimits.Default);
            Assert.True(reader.MoveNext());
            Assert.Equal(tombstone, reader.Current.IsTombstone);
        }
    }

    [Fact]
    public void A_message_that_holds_a_position_only_should_be_read()
    {
        byte[] message = [.. Time(7), 9, 11, .. Time(8)];
        var reader = new DataMessageReader(message, FrameLimits.Default);
        Assert.False(reader.MoveNext());
        Assert.Equal(8, reader.SequenceUpdate);
    }

    [Theory]
    [InlineData("427a20743d445a")]
    [InlineData("427a20743d445aa50a11")]
    [InlineData("427a20743d445aa500")]
    [InlineData("427a20743d445aa5ff")]
    [InlineData("427a20743d445aa5ffffffffff")]
    [InlineData("427a20743d445aa5090b427a20743d445aa5010b")]
    [InlineData("427a20743d445aa5090bfff8000000000000")]
    [InlineData("427a20743d445aa503110001")]
    [InlineData("427a20743d445aa505110001fe00")]
    public void What_is_cut_or_lies_about_its_length_should_be_a_typed_error(string hex) =>
        Assert.Throws<FrameError>(() =>
        {
            var reader = new DataMessageReader(Convert.FromHexString(hex), FrameLimits.Default);
            while (reader.MoveNext()) Assert.True(reader.Current.Version >= 0);
        });

    private static void Check(JsonElement expected, AuditRecord record)
    {
        Assert.Equal(expected.GetProperty("action").GetUInt32() & 0xFFFF, record.Action);
        Assert.Equal(expected.GetProperty("type").GetString(), record.Type.ToString().ToLowerInvariant());
        Assert.Equal(expected.GetProperty("nodeId").GetInt32(), record.OriginId);
        Assert.Equal(expected.GetProperty("tableId").GetInt32(), record.TableId);
        Assert.Equal(expected.GetProperty("recordIdHex").GetString(), Convert.ToHexStringLower(record.Key.Span));
        Assert.Equal(expected.GetProperty("version").GetDouble(), record.Version);
        Assert.Equal(expected.Member("expiresAt")?.GetDouble(), record.ExpiresAt);
        Assert.Equal(expected.Member("originatingOperation")?.GetString() ?? "none", record.Operation.ToString().ToLowerInvariant());
        Assert.Equal(expected.Member("user")?.GetString() ?? "", System.Text.Encoding.UTF8.GetString(record.User.Span));
        Assert.Equal(expected.GetProperty("valueHex").GetString(), Convert.ToHexStringLower(record.Value.Span));
    }

    private static byte[] Record(byte action, byte[] value) => [action, 0, 1, 1, 0x6b, .. Time(5), 0, .. value];

    private static byte[] Message(byte[] record) => [.. Time(5), (byte)record.Length, .. record];

    private static byte[] Time(double time)
    {
        var bytes = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteDoubleBigEndian(bytes, time);
        return bytes;
    }
}
