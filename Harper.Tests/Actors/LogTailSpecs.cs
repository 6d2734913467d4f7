using System.Collections.Immutable;
using Harper.Actors.TransactionLog;
using Harper.Core.Identity;
using Harper.Core.Records;
using Harper.Core.TransactionLog;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>The recent end of the log in memory and its bell. Proves architecture 3 (④): the log is the buffer.</summary>
public sealed class LogTailSpecs
{
    private readonly TailBudget _budget = new(10_000);

    [Fact]
    public void A_reader_that_keeps_up_should_be_served_from_memory()
    {
        var tail = new LogTail(_budget, 5);
        tail.Append(Entries(6, 7, 8));
        var stretch = tail.Read(6, int.MaxValue)!;
        Assert.Equal([7, 8], stretch.Transactions.Select(entry => entry.Position));
        Assert.Equal(8, stretch.ReadThrough);
        Assert.Equal(8, tail.Read(8, 1)!.ReadThrough);
        Assert.Empty(tail.Read(8, 1)!.Transactions);
    }

    [Fact]
    public void A_reader_from_before_the_tail_should_be_sent_to_the_store()
    {
        var tail = new LogTail(_budget, 5);
        tail.Append(Entries(6));
        Assert.Null(tail.Read(4.5, int.MaxValue));
        Assert.NotNull(tail.Read(5, int.MaxValue));
    }

    [Fact]
    public void A_stretch_should_end_at_its_bytes_but_hold_one_transaction()
    {
        var tail = new LogTail(_budget, 0);
        tail.Append(Entries(1, 2, 3));
        Assert.Equal(1, tail.Read(0, 1)!.ReadThrough);
        Assert.Equal(2, tail.Read(0, 250)!.ReadThrough);
    }

    [Fact]
    public void The_oldest_of_all_databases_should_go_when_memory_is_used_up()
    {
        var silent = new LogTail(_budget, 0);
        var busy = new LogTail(_budget, 0);
        silent.Append(Entries(1, 2, 3));
        for (var position = 10; position < 60; position++) busy.Append(Entries(position));
        Assert.Equal(0, silent.Held.Count);
        Assert.Null(silent.Read(0, 1));
        Assert.NotNull(silent.Read(3, 1));
        Assert.InRange(busy.Held.Bytes, 1, 10_000);
        Assert.Equal(59, busy.Read(58, int.MaxValue)!.Transactions.Single().Position);
    }

    [Fact]
    public void A_log_that_fell_silent_should_leave_memory_and_go_on_from_there()
    {
        var tail = new LogTail(_budget, 0);
        tail.Append(Entries(1, 2, 3));
        tail.DropBefore(3);
        Assert.Equal(1, tail.Held.Count);
        tail.DropBefore(10);
        Assert.Equal((0, 0L, 3d), tail.Held);
        Assert.Empty(tail.Read(3, 1)!.Transactions);
        Assert.Null(tail.Read(2, 1));
        tail.Append(Entries(4));
        Assert.Equal(4, tail.Read(3, 1)!.ReadThrough);
    }

    [Fact]
    public async Task The_bell_should_wake_everybody_who_waits_for_something_after_their_position()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var tail = new LogTail(_budget, 5);
        await tail.WaitAsync(4, cancellation);
        var first = tail.WaitAsync(5, cancellation);
        var second = tail.WaitAsync(5, cancellation);
        var later = tail.WaitAsync(6, cancellation);
        Assert.False(first.IsCompleted);
        tail.Append(Entries(6));
        await Task.WhenAll(first, second).WaitAsync(Wait.Deadline, cancellation);
        Assert.False(later.IsCompleted);
        tail.Close();
        await later.WaitAsync(Wait.Deadline, cancellation);
    }

    [Fact]
    public async Task Who_waits_should_be_able_to_give_up()
    {
        using var giveUp = new CancellationTokenSource();
        var waiting = new LogTail(_budget, 5).WaitAsync(5, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Who_waits_for_some_of_the_log_should_not_be_woken_by_the_rest()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var tail = new LogTail(_budget, 5);
        var ear = Ear(Timeout.InfiniteTimeSpan);
        var waiting = tail.WaitAsync(5, ear, cancellation);
        tail.Append(Entries(6));
        tail.Append(Entries(7));
        Assert.False(waiting.IsCompleted);
        tail.Append([Entry(8, version: 8, "b")]);
        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.False(ear.EndedByTime);

        // The same of what is there already, and who is told of nothing hears of the end.
        Assert.True(tail.WaitAsync(5, ear, cancellation).IsCompletedSuccessfully);
        tail.Append(Entries(9));
        var rest = tail.WaitAsync(8, ear, cancellation);
        Assert.False(rest.IsCompleted);
        tail.Close();
        await rest.WaitAsync(Wait.Deadline, cancellation);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_nobody_waits_for_should_be_told_some_time_after_the_first_of_it(bool there)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var tail = new LogTail(_budget, 5);
        var ear = Ear(TimeSpan.FromMilliseconds(30));
        if (there) tail.Append(Entries(6));
        var waiting = tail.WaitAsync(5, ear, cancellation);
        if (!there) tail.Append(Entries(6));
        await waiting.WaitAsync(Wait.Deadline, cancellation);
        Assert.True(ear.EndedByTime);
    }

    [Fact]
    public void What_nobody_waits_for_should_be_told_before_the_tail_loses_it()
    {
        var tail = new LogTail(new TailBudget(1 << 20), 5);
        var ear = Ear(Timeout.InfiniteTimeSpan);
        var waiting = tail.WaitAsync(5, ear, TestContext.Current.CancellationToken);
        for (var position = 6; !waiting.IsCompleted && position < 10_000; position++) tail.Append(Entries(position));
        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.InRange(tail.Last - 5, LogEar.MaxPassedBytes / 100, (LogEar.MaxPassedBytes / 100) + 2);
        Assert.NotNull(tail.Read(5, int.MaxValue));
    }

    /// <summary>A peer that comes and goes while nothing is written.</summary>
    [Fact]
    public async Task Who_no_longer_waits_should_leave_nothing_behind()
    {
        var tail = new LogTail(_budget, 5);
        for (var round = 0; round < 3; round++)
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var waiting = tail.WaitAsync(5, Ear(Timeout.InfiniteTimeSpan), gone.Token);
            Assert.Equal(1, tail.Ears);
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        Assert.Equal(0, tail.Ears);
    }

    [Fact]
    public void A_mark_should_remember_the_lowest_version_that_came_after_it()
    {
        var tail = new LogTail(_budget, 5);
        tail.Append(Entries(6));
        var mark = tail.Mark();
        Assert.Equal(6, mark.Head);
        tail.Append([Entry(7, version: 2), Entry(8, version: 8)]);
        Assert.Equal(2, tail.Since(mark).LowestSince);
    }

    [Fact]
    public void A_closed_tail_should_give_its_memory_back()
    {
        var closed = new LogTail(_budget, 0);
        closed.Append(Entries(1, 2, 3));
        closed.Close();
        closed.Append(Entries(4));
        var other = new LogTail(_budget, 0);
        for (var position = 10; position < 38; position++) other.Append(Entries(position));
        Assert.Equal(28, other.Held.Count);
    }

    private static ImmutableArray<LoggedTransaction> Entries(params double[] positions) => [.. positions.Select(position => Entry(position, position))];

    private static LoggedTransaction Entry(double position, double version, string origin = "a") =>
        new(position, new Stamp(version, new NodeName(origin)), 0, null, []) { Bytes = 100 };

    /// <summary>Waits for what <c>b</c> wrote.</summary>
    private static LogEar Ear(TimeSpan patience) => new(origin => origin == new NodeName("b"), patience);
}
