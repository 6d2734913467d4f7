using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Records;
using Harper.Core.Transactions;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Core.Engine.CopyScenes;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Core.Engine;

/// <summary>Proves rules 12 and 20 at the writer: of which tables all changes of a node are here, after streams and copies that passed less.</summary>
public sealed class CoverSpecs : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    /// <summary>Rules 12, 20.</summary>
    [Fact]
    public void What_of_an_origin_passed_should_be_stored_with_the_version_that_it_moves()
    {
        var noDogs = TableFilter.AllBut([TestDatabase.Dogs]);
        var cats = new TableName("cat");
        _database.Receive(B, 700, 0, Put("k", ("x", 1)));
        _database.Commit(Of(B, 700) with { Under = noDogs });
        Assert.Empty(_database.Engine.Positions.Covers);

        _database.Commit(Of(B, 800, 700) with { Under = noDogs });
        _database.Commit(Of(B, 900, 800) with { Under = TableFilter.AllBut([cats]) });
        _database.Commit(Of(B, 950, 900));
        _database.Reopen();
        Assert.Equal(TableFilter.AllBut([TestDatabase.Dogs, cats]), _database.Engine.Positions.CoveredOf(B));

        // As far as the source had come, and no less than before.
        var cursor = Cursor("l") with { IsPartial = true, Only = TableFilter.Only([cats]) };
        _database.Commit(new CommitRequest.CopyComplete(cursor with { Vector = cursor.Vector.SetItem(B, 949) }, null));
        Assert.Equal(TableFilter.AllBut([TestDatabase.Dogs, cats]), _database.Engine.Positions.CoveredOf(B));
        _database.Commit(new CommitRequest.CopyComplete(cursor with { Vector = cursor.Vector.SetItem(B, 950) }, null));
        Assert.Equal(noDogs, _database.Engine.Positions.CoveredOf(B));
        Assert.Equal(950, _database.Engine.Positions.Floor[B]);

        // A source that lacks them too does not help; one that has all does.
        var whole = Cursor("l") with { Vector = Vector().SetItem(B, 950) };
        _database.Commit(new CommitRequest.CopyComplete(whole with { Covers = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(B, noDogs) }, null));
        Assert.Equal(noDogs, _database.Engine.Positions.CoveredOf(B));
        _database.Commit(new CommitRequest.CopyComplete(whole, null));
        Assert.Empty(_database.Engine.Positions.Covers);

        // One that has come further brings what it has, whatever was here before.
        _database.Commit(new CommitRequest.CopyComplete(whole with { Vector = whole.Vector.SetItem(B, 990), Covers = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(B, noDogs) }, null));
        Assert.Equal(noDogs, _database.Engine.Positions.CoveredOf(B));
    }

    /// <summary>Rules 12, 20: once the origin is gone, who has most of a table is known by this alone.</summary>
    [Fact]
    public void How_far_a_table_is_that_is_not_whole_should_be_kept_and_rise_with_copies_of_it()
    {
        var (cats, onlyCats) = (new TableName("cat"), TableFilter.Only([new TableName("cat")]));
        _database.Receive(B, 700, 0, Put("k", ("x", 1)));
        _database.Commit(Of(B, 900, 700) with { Under = onlyCats });
        _database.Reopen();
        Assert.Equal(700, _database.Engine.Positions.Parts.Of(B, TestDatabase.Dogs));
        Assert.Equal(0, _database.Engine.Positions.Parts.Of(B, cats));

        // A source that has all, but less than is here; one that has a part, and more of it; one that has less.
        var partial = Cursor("l") with { IsPartial = true, Only = TableFilter.Only([TestDatabase.Dogs]) };
        void Copied(double version, double? part = null) => _database.Commit(new CommitRequest.CopyComplete(partial with
        {
            Vector = Vector().SetItem(B, version), Parts = part is { } upTo ? OriginParts.None.Raised(B, TestDatabase.Dogs, upTo) : OriginParts.None,
            Covers = part is null ? partial.Covers : partial.Covers.SetItem(B, onlyCats),
        }, null));
        Copied(800);
        Assert.Equal(800, _database.Engine.Positions.Parts.Of(B, TestDatabase.Dogs));
        Copied(880, part: 850);
        Copied(880, part: 820);
        Assert.Equal(850, _database.Engine.Positions.Parts.Of(B, TestDatabase.Dogs));
        Assert.Equal(onlyCats, _database.Engine.Positions.CoveredOf(B));

        // As far as this node stands: it is whole.
        Copied(990, part: 900);
        Assert.True(_database.Engine.Positions.CoveredOf(B).Allows(TestDatabase.Dogs));
        Assert.Empty(_database.Engine.Positions.Parts);
        Assert.Equal(990, _database.Engine.Positions.Floor[B]);
    }

    /// <summary>Rules 12, 20: two ways, of which one passes less and is ahead.</summary>
    [Fact]
    public void What_came_without_its_table_should_be_merged_when_it_comes_with_it()
    {
        var noDogs = TableFilter.AllBut([TestDatabase.Dogs]);
        _database.Commit(new CommitRequest.Remote(new Transaction(new Stamp(800, B), null, []), 0, A, FromOriginal: false, null) { Under = noDogs });
        Assert.Null(_database.Read("z"));
        _database.Commit(Of(B, 800));
        Assert.Equal("id=z x=800", _database.Read("z"));
        Assert.False(_database.Commit(Of(B, 800)) is CommitResult.Applied { Changed: true });

        // Others before it may still be lacking.
        Assert.Equal(noDogs, _database.Engine.Positions.CoveredOf(B));
    }

    /// <summary>Rules 16, 20: what was lost of this node's own came back from a peer that takes fewer tables, the rest from another.</summary>
    [Fact]
    public void Own_changes_that_came_back_in_part_should_not_count_as_whole_until_the_rest_did()
    {
        var (self, noDogs) = (TestDatabase.Self, TableFilter.AllBut([TestDatabase.Dogs]));
        _database.Commit(new CommitRequest.OwnWritesAhead(700, A));
        _database.Commit(new CommitRequest.CopyComplete(Cursor("l") with { Filter = noDogs, Vector = Vector().SetItem(self, 700) }, null));
        Assert.Equal(noDogs, _database.Engine.Positions.CoveredOf(self));
        var dogs = Cursor("l") with { IsPartial = true, Only = TableFilter.Only([TestDatabase.Dogs]), Vector = Vector().SetItem(self, 700) };

        // Who has a part of it is not asked for that part again.
        _database.Commit(new CommitRequest.CopyComplete(dogs with
        {
            Covers = ImmutableDictionary<NodeName, TableFilter>.Empty.Add(self, noDogs), Parts = OriginParts.None.Raised(self, TestDatabase.Dogs, 600),
        }, null));
        Assert.Equal((noDogs, 600), (_database.Engine.Positions.CoveredOf(self), _database.Engine.Positions.Parts.Of(self, TestDatabase.Dogs)));
        _database.Commit(new CommitRequest.CopyComplete(dogs, null));
        Assert.Empty(_database.Engine.Positions.Covers);
        Assert.Empty(_database.Engine.Positions.Parts);
    }

    private static CommitRequest.Remote Of(NodeName origin, double version, double? previous = 0) =>
        new(new Transaction(new Stamp(version, origin), null, [Put("z", ("x", version))]), previous, origin, FromOriginal: false, null);
}
