using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Positions;
using Harper.Core.Storage.Layout;
using Harper.Core.Transactions;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Core.Engine;

/// <summary>Rules 12 to 14, 17, 21: positions with a wrong checksum are not believed, and what stands in their place claims less, never more.</summary>
public sealed class PositionMendingSpecs : IDisposable
{
    private static readonly NodeName A = new("a");
    private readonly TestDatabase _database = new();

    public PositionMendingSpecs()
    {
        _database.Write(Insert("own", ("x", 1)));
        _database.Receive(A, 1_000_500, 0, Put("theirs", ("x", 2)));
        _database.Commit(new CommitRequest.Positions([new PositionUpdate.PeerIncarnation(A, Guid.NewGuid())]));
    }

    private ReplicationPositions Before => _database.Engine.Positions;

    public void Dispose() => _database.Dispose();

    [Fact]
    public void The_clock_should_stand_behind_nothing_that_the_log_holds()
    {
        var head = Before.Head;
        Assert.Equal(head, Damaged(MetaKind.Head).Head);
    }

    [Fact]
    public void Own_changes_should_be_found_in_the_log_and_those_of_others_asked_for_again()
    {
        var own = Before.Through[TestDatabase.Self];
        var after = Damaged(MetaKind.Through);
        Assert.Equal(own, after.Through[TestDatabase.Self]);
        Assert.False(after.Through.ContainsKey(A));
        Assert.Single(_database.Write(Insert("next")).Done);
    }

    [Fact]
    public void A_log_that_may_lack_something_should_not_be_served_from_its_beginning()
    {
        _database.Commit(new CommitRequest.TrimLog(Before.Head));
        var through = Before.Through[A];
        Assert.Equal(through, Damaged(MetaKind.Floor).Floor[A]);
    }

    [Fact]
    public void A_peer_whose_incarnation_is_not_known_any_more_should_be_copied() =>
        Assert.Equal(Guid.Empty, Damaged(MetaKind.PeerIncarnation).PeerIncarnations[A]);

    [Fact]
    public void A_database_should_not_forget_that_it_has_a_history() => Assert.True(Damaged(MetaKind.HasHistory).HasHistory);

    [Fact]
    public void A_copy_whose_place_is_not_known_any_more_should_begin_again_and_merge()
    {
        var cursor = new CopyCursor(A, Guid.NewGuid(), Before.Through, 1, TestDatabase.Dogs, KeyCodec.FromText("m"), 7, 70, true);
        _database.Commit(new CommitRequest.CopyChunk([], cursor));
        var copy = Damaged(MetaKind.Copy).Copy!;
        Assert.Equal((null, Guid.Empty, true), (copy.Table?.Value, copy.SourceIncarnation, copy.Merging));
    }

    [Fact]
    public void What_was_mended_should_stay_so()
    {
        Damaged(MetaKind.Head);
        _database.Reopen();
        Assert.Equal(0, _database.Engine.Statistics.UnreadablePositions);
    }

    private ReplicationPositions Damaged(MetaKind kind)
    {
        Assert.True(StoreDamage.Flip(_database.Store, kind) > 0);
        _database.Reopen();
        Assert.True(_database.Engine.Statistics.UnreadablePositions > 0);
        return _database.Engine.Positions;
    }
}
