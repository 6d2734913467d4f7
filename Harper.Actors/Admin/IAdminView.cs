using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Actors.Admin;

/// <summary>The view into the running node for its operators: the tree of actors, one actor, and what happens to them.</summary>
public interface IAdminView
{
    /// <summary>Asks every actor below /user/node what it is doing. Those that do not answer before the deadline are in the tree as such.</summary>
    Task<ActorTree> TreeAsync(TimeSpan deadline, CancellationToken cancellation);

    /// <summary>One actor and those below it, by path below /user (<c>node/peers/127.0.0.3</c>); null when there is none.</summary>
    Task<ActorTree?> FindAsync(string path, TimeSpan deadline, CancellationToken cancellation);

    /// <summary>As <see cref="FindAsync"/>, of another node of ours, over the control plane.</summary>
    /// <exception cref="Harper.Core.Operations.OperationError">That node cannot be asked; the message says why.</exception>
    Task<ActorTree?> FindOnAsync(NodeName node, string path, TimeSpan deadline, CancellationToken cancellation);

    /// <summary>Supervision events and changes of state as they happen, until cancelled. A reader that is too slow loses the oldest and is told how many.</summary>
    IAsyncEnumerable<AdminEvent> EventsAsync(CancellationToken cancellation);
}

/// <summary>What an actor answered, and those below it.</summary>
/// <param name="Answered">False: it did not answer in time; then only the path is known.</param>
public sealed record ActorTree(
    string Path, string Kind, string State, ImmutableArray<KeyValuePair<string, object?>> Figures,
    ImmutableArray<ActorTree> Children, int Restarts, int Queued, TimeSpan Age, bool Answered);

/// <summary>Something that happened to an actor.</summary>
/// <param name="At">When.</param>
/// <param name="Kind"><c>started</c>, <c>stopped</c>, <c>restarted</c>, <c>failed</c>, <c>state</c>, <c>lost</c> (events, not actors).</param>
/// <param name="Path">Below /user.</param>
/// <param name="Text">In words: the new state, the error.</param>
public sealed record AdminEvent(DateTimeOffset At, string Kind, string Path, string Text);
