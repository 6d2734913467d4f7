using System.Runtime.CompilerServices;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Core.Wire.Data;
using Xunit;

namespace Harper.Tests.Core.Values;

/// <summary>What lies in memory once for every record that is written, logged or received, and what its packed parts say.</summary>
public sealed class RecordSizeSpecs
{
    [Fact]
    public void What_there_is_of_every_record_should_stay_small()
    {
        Assert.Equal(64, Unsafe.SizeOf<LocalWrite>());
        Assert.Equal(64, Unsafe.SizeOf<Change>());
        Assert.Equal(72, Unsafe.SizeOf<LoggedChange>());
        Assert.Equal(96, Unsafe.SizeOf<ReceivedChange>());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0d)]
    [InlineData(-1.5)]
    [InlineData(1_700_000_000_000.25)]
    [InlineData(double.PositiveInfinity)]
    public void A_time_or_none_should_be_what_it_was_given(double? time)
    {
        var change = new Change(new TableName("t"), KeyCodec.FromText("k"), ChangeKind.Put, EncodedRecord.Empty, time);
        Assert.Equal(time, change.ExpiresAt);
        Assert.Equal(time, (change with { Kind = ChangeKind.Patch }).ExpiresAt);
        Assert.Equal(time, (change with { ExpiresAt = 7 } with { ExpiresAt = time }).ExpiresAt);
        Assert.Equal(time, new LocalWrite(change.Table, change.Key, WriteMode.Put, change.Value, ExpiresAt: time).ExpiresAt);
        Assert.Equal(time, new Row(default, true, EncodedRecord.Empty, [], [], time).ExpiresAt);
        Assert.Equal(change, change with { });
        Assert.NotEqual(change, change with { ExpiresAt = 7 });
    }

    [Fact]
    public void Nothing_should_have_no_time()
    {
        Assert.Null(default(Change).ExpiresAt);
        Assert.Null(default(LocalWrite).ExpiresAt);
        Assert.Null(new OptionalTime(double.NaN).Value);
        Assert.Equal(default, new OptionalTime(null));
    }

    [Fact]
    public void What_few_received_changes_have_should_be_there_whichever_of_it_is_given()
    {
        var plain = new ReceivedChange(ReceivedKind.Change, default, new Stamp(1, new NodeName("a")));
        Assert.Equal((0, null, null, null), (plain.Raw.Length, plain.Problem, plain.ResidencyId, plain.BlobFiles));
        Assert.Equal(plain, plain with { ResidencyId = null, Problem = null, BlobFiles = null, Raw = default });
        var all = plain with { Raw = new byte[] { 1, 2 }, Problem = "p", ResidencyId = 3, BlobFiles = ["f"] };
        Assert.Equal((2, "p", 3u, "f"), (all.Raw.Length, all.Problem, all.ResidencyId, Assert.Single(all.BlobFiles!)));
        Assert.Equal((2, "q", 3u), ((all with { Problem = "q" }).Raw.Length, (all with { Problem = "q" }).Problem, (all with { Problem = "q" }).ResidencyId));
        Assert.Equal("r", new ReceivedChange(ReceivedKind.Undecodable, default, default, default, "r").Problem);
        Assert.Null((all with { Problem = null }).Problem);
    }
}
