using Harper.Actors.Commit;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Records;
using Harper.Core.Transactions;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>What waits for the only writer: bounds, turns and the one wake-up. Proves architecture 3 (③) and 9, invariant 6.</summary>
public sealed class CommitQueueSpecs
{
    private static readonly CommitSettings Settings = new(1000, 10, 5000, 100, 4000);
    private readonly CommitQueue _queue = new(Settings);
    private int _wakes;

    /// <summary>Rule 16.</summary>
    [Fact]
    public void Local_writes_that_are_held_back_should_wait_while_others_go_on_and_wake_the_writer_when_they_may()
    {
        var gate = new LocalWriteGate();
        var queue = new CommitQueue(Settings, gate);
        queue.Attach(() => _wakes++);
        gate.Hold(1, "asking");
        queue.Enqueue(Local(10));
        queue.Enqueue(Remote(20));
        var group = new List<PendingCommit>();
        queue.Take(group);
        Assert.IsNotType<CommitRequest.Local>(Assert.Single(group).Request);
        Assert.True(queue.Rest());
        var before = _wakes;
        gate.Release();
        Assert.Equal(before + 1, _wakes);
        queue.Take(group);
        Assert.Equal(2, group.Count);
    }

    [Fact]
    public void A_burst_should_wake_the_writer_once()
    {
        _queue.Attach(() => _wakes++);
        Assert.Equal(1, _wakes);
        Assert.True(_queue.Rest());
        for (var i = 0; i < 5; i++) _queue.Enqueue(Local(10));
        Assert.Equal(2, _wakes);
        Take();
        Assert.True(_queue.Rest());
        _queue.Enqueue(Local(10));
        Assert.Equal(3, _wakes);
    }

    [Fact]
    public void What_came_while_a_group_was_written_should_keep_the_writer_going()
    {
        _queue.Attach(() => _wakes++);
        _queue.Enqueue(Local(10));
        Take();
        _queue.Enqueue(Local(10));
        Assert.False(_queue.Rest());
    }

    [Fact]
    public void A_group_should_be_bounded_by_bytes_and_by_records()
    {
        for (var i = 0; i < 30; i++) _queue.Enqueue(Local(300));
        Assert.Equal(2, Take().Count);
        var records = new CommitQueue(Settings);
        for (var i = 0; i < 30; i++) records.Enqueue(Remote(1));
        var group = new List<PendingCommit>();
        records.Take(group);
        Assert.Equal(10, group.Count);
    }

    [Fact]
    public void A_request_larger_than_a_group_should_be_taken_alone()
    {
        _queue.Enqueue(Local(3000));
        _queue.Enqueue(Local(10));
        Assert.Single(Take());
    }

    [Fact]
    public void Local_and_remote_work_should_take_turns_by_bytes()
    {
        for (var i = 0; i < 8; i++) _queue.Enqueue(Local(400));
        for (var i = 0; i < 32; i++) _queue.Enqueue(Remote(40));
        long local = 0, remote = 0;
        for (var groups = 0; groups < 3; groups++)
        {
            foreach (var pending in Take())
            {
                if (pending.Request is CommitRequest.Local) local += pending.Weight;
                else remote += pending.Weight;
            }
        }
        Assert.InRange(local, remote / 2, remote * 2);
    }

    [Fact]
    public async Task Local_work_above_the_bound_should_be_refused_as_overload_and_remote_work_should_wait()
    {
        for (var i = 0; i < 5; i++) _ = _queue.Enqueue(Local(1000));
        var refused = Assert.IsType<CommitResult.Rejected>(await _queue.Enqueue(Local(1000)));
        Assert.Equal(CommitRejection.Overloaded, refused.Reason);
        for (var i = 0; i < 100; i++) Assert.False(_queue.Enqueue(Remote(1000)).IsCompleted);
        Assert.Equal(1, _queue.Refused);
        var group = Take();
        _queue.Release(group);
        Assert.False(_queue.Enqueue(Local(500)).IsCompleted);
    }

    [Fact]
    public async Task A_transaction_that_no_member_could_take_should_be_refused_as_too_large()
    {
        var bytes = Assert.IsType<CommitResult.Rejected>(await _queue.Enqueue(Local(4001)));
        Assert.Equal(CommitRejection.TooLarge, bytes.Reason);
        var records = new CommitRequest.Local([.. new LocalWrite[101]], null);
        Assert.Equal(CommitRejection.TooLarge, Assert.IsType<CommitResult.Rejected>(await _queue.Enqueue(records)).Reason);
    }

    [Fact]
    public async Task Nothing_should_be_lost_between_taking_in_and_closing()
    {
        var sent = new List<Task<CommitResult>>();
        var sender = Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++) sent.Add(_queue.Enqueue(Remote(1)));
        }, TestContext.Current.CancellationToken);
        _queue.Close(new CommitResult.Rejected(CommitRejection.Stopping, "closed"));
        var taken = 0;
        for (var group = Take(); group.Count > 0; group = Take())
            foreach (var pending in group)
            {
                pending.TrySetResult(new CommitResult.Applied(true));
                taken++;
            }
        await sender;
        var results = await Task.WhenAll(sent).WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(taken, results.Count(result => result is CommitResult.Applied));
    }

    private List<PendingCommit> Take()
    {
        var group = new List<PendingCommit>();
        _queue.Take(group);
        return group;
    }

    private static CommitRequest.Local Local(long bytes) => new([default], null) { Bytes = bytes };

    private static CommitRequest.Remote Remote(long bytes) =>
        new(new Transaction(new Stamp(1, new NodeName("a")), null, [default]), null, new NodeName("a"), false, null) { Bytes = bytes };
}
