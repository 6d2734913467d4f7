using System.Collections.Concurrent;
using Harper.Actors.Node;
using Harper.Actors.Operations.Data;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Operations.Writes;

namespace Harper.Actors.Peers;

/// <summary>
/// What each peer has confirmed of each database's log, as connections hear it, and who waits for that (R-TXN-17). Positions only grow: a write is confirmed by whoever
/// confirmed its position or a later one. Any thread may use it.
/// </summary>
/// <param name="deadline">For those who do not say how long they wait: less than an operation may take, so that the answer says what is missing.</param>
public sealed class PeerConfirmations(IClusterMembers members, TimeSpan deadline) : IWriteConfirmation
{
    private readonly ConcurrentDictionary<(DatabaseName Database, NodeName Peer), double> _confirmed = new();
    private readonly ConcurrentDictionary<Waiter, DatabaseName> _waiting = new();

    /// <summary>A peer has made durable what stands up to a position of this node's log.</summary>
    public void Report(DatabaseName database, NodeName peer, double position)
    {
        _confirmed.AddOrUpdate((database, peer), position, (_, before) => Math.Max(before, position));
        if (_waiting.IsEmpty) return;
        foreach (var (waiter, waitsFor) in _waiting)
            if (waitsFor == database) Look(database, waiter);
    }

    public void Check(DatabaseName database, ConfirmationWish wish)
    {
        if (wish.Nodes == 0) return;
        var there = members.Of(database)?.Length ?? 0;
        if (wish.Nodes > there)
            throw OperationError.Bad($"Cannot confirm replication to more nodes ({wish.Nodes}) than replicate database '{database}' ({there})");
    }

    public async Task WaitAsync(DatabaseName database, double position, ConfirmationWish wish, CancellationToken cancellation)
    {
        if (wish.Nodes == 0 || position <= 0) return;
        var limit = wish.Timeout is { } asked && asked < deadline ? asked : deadline;
        var waiter = new Waiter(position, wish.Nodes);
        _waiting[waiter] = database;
        try
        {
            // After it is listed: what is reported meanwhile is seen by one of the two.
            Look(database, waiter);
            await waiter.Done.Task.WaitAsync(limit, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new OperationError(
                504, $"Timed out after {limit.TotalMilliseconds:0}ms waiting for replication confirmation from {wish.Nodes} node(s): {Count(database, position)} confirmed. "
                    + "The write is stored on this node and goes on replicating");
        }
        finally
        {
            _waiting.TryRemove(waiter, out _);
        }
    }

    private void Look(DatabaseName database, Waiter waiter)
    {
        if (Count(database, waiter.Position) >= waiter.Nodes) waiter.Done.TrySetResult();
    }

    /// <summary>Members only: what a removed node confirmed counts no more.</summary>
    private int Count(DatabaseName database, double position) =>
        members.Of(database)?.Count(member => _confirmed.TryGetValue((database, member.Name), out var confirmed) && confirmed >= position) ?? 0;

    private sealed class Waiter(double position, int nodes)
    {
        public double Position => position;

        public int Nodes => nodes;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
