using System.Text;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Records;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;
using Harper.Tests.Support;
using Xunit;
using static Harper.Tests.Support.Records;

namespace Harper.Tests.Core.Engine;

/// <summary>Proves rule 24 for the content of blobs: it is kept with what speaks of it, in whatever order both come, under one cap, over restarts; and that a copy's are taken over.</summary>
public sealed class HeldBlobSpecs : IDisposable
{
    private static readonly NodeName A = new("a"), Old = new("old");
    private static readonly Stamp Stamp = new(500, Old);
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Content_that_came_before_its_record_should_be_kept_with_it(bool inOneGroup)
    {
        CommitRequest[] all = [Piece(0, "abc"), Piece(3, "def", isLast: true), Record()];
        if (inOneGroup) _database.Engine.Commit(all, _database.Now);
        else
            foreach (var each in all) _database.Commit(each);

        Assert.Equal("abcdef", Content(_database, Stamp));
        Assert.DoesNotContain("did not come", Assert.Single(_database.Engine.ReadQuarantine(10)).Reason, StringComparison.Ordinal);
        var bytes = _database.Engine.Statistics.QuarantinedBytes;
        _database.Reopen();
        Assert.Equal("abcdef", Content(_database, Stamp));
        Assert.Equal((1, bytes), (_database.Engine.Statistics.QuarantinedTransactions, _database.Engine.Statistics.QuarantinedBytes));
    }

    [Fact]
    public void Content_that_is_sent_again_should_take_the_place_of_what_an_earlier_attempt_left()
    {
        foreach (var request in new[] { Piece(0, "old!"), Piece(4, "old"), Piece(0, "ab"), Piece(2, "cd", isLast: true), Record() }) _database.Commit(request);
        Assert.Equal("abcd", Content(_database, Stamp));
    }

    [Fact]
    public void Content_that_did_not_come_whole_should_be_named_and_not_be_kept()
    {
        foreach (var request in new[] { Piece(0, "abc"), Record() }) _database.Commit(request);
        Assert.Equal("", Content(_database, Stamp));
        Assert.Contains("did not come, or the quarantine is full: 2a", Assert.Single(_database.Engine.ReadQuarantine(10)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Content_should_count_against_the_cap_of_the_quarantine_and_never_exceed_it()
    {
        using var small = new TestDatabase(settings: EngineSettings.Default with { MaxQuarantineBytes = 1000 });
        for (var offset = 0; offset < 5000; offset += 500) small.Commit(Piece(offset, new string('x', 500), isLast: offset == 4500));
        Assert.InRange(small.Engine.Statistics.QuarantinedBytes, 1, 1000);
        small.Commit(Record());
        Assert.InRange(small.Engine.Statistics.QuarantinedBytes, 1, 1000);
        Assert.Contains("the quarantine is full", Assert.Single(small.Engine.ReadQuarantine(10)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_set_aside_at_a_source_should_be_taken_over_unchanged_and_passed_on_again()
    {
        foreach (var request in new[] { Piece(0, "abc", isLast: true), Record() }) _database.Commit(request);
        using var copy = new TestDatabase();
        Copy(_database, copy);
        using var copyOfCopy = new TestDatabase();
        Copy(copy, copyOfCopy);

        foreach (var database in new[] { copy, copyOfCopy })
        {
            var (ours, theirs) = (Assert.Single(_database.Engine.ReadQuarantine(10)), Assert.Single(database.Engine.ReadQuarantine(10)));
            Assert.Equal(ours.Reason, theirs.Reason);
            Assert.Equal(ours.Transaction.Stamp, theirs.Transaction.Stamp);
            Assert.Equal(ours.Transaction.Changes.Select(Describe), theirs.Transaction.Changes.Select(Describe));
            Assert.Equal("abc", Content(database, Stamp));
            Assert.Empty(database.Log());
        }
    }

    [Fact]
    public void What_a_node_has_applied_should_not_be_set_aside_there_because_it_was_elsewhere()
    {
        _database.Receive(Old, 500, 0, Put("k", ("x", 1)));
        _database.Commit(new CommitRequest.Held(new HeldTransaction(new QuarantinedTransaction(new Transaction(Stamp, null, [Put("k", ("x", 1))]), A, "why", 1, null), false), A));
        Assert.Empty(_database.Engine.ReadQuarantine(10));
    }

    private static void Copy(TestDatabase from, TestDatabase to)
    {
        using var view = from.Engine.OpenView(from.Now);
        foreach (var held in view.ReadHeld(default, 1 << 20).Transactions)
        {
            foreach (var piece in view.ReadBlobs(held.Entry.Transaction.Stamp)) to.Commit(new CommitRequest.HeldBlob(piece));
            to.Commit(new CommitRequest.Held(held, A));
        }
    }

    private static CommitRequest Piece(long offset, string content, bool isLast = false) =>
        new CommitRequest.LooseBlob(A, new BlobPiece("2a", offset, isLast, null, Encoding.ASCII.GetBytes(content)));

    private static CommitRequest Record() => new CommitRequest.Quarantine(new Transaction(Stamp, null, [Put("k", ("x", 1))]), A, "blobs", null, null)
    {
        FromOriginal = true, BlobFiles = ["2a"], Kinds = [HeldKind.Blobs],
    };

    private static string Content(TestDatabase database, Stamp stamp)
    {
        using var view = database.Engine.OpenView(database.Now);
        return string.Concat(view.ReadBlobs(stamp).Select(piece => Encoding.ASCII.GetString(piece.Content.Span)));
    }

    private static string Describe(Change change) =>
        $"{change.Table} {change.Kind} {Convert.ToHexString(change.Key.Span)} {string.Join(',', change.Value.Shape.Names)} {Convert.ToHexString(change.Value.Values.Span)}";
}
