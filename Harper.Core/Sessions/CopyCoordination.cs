using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Sessions;

/// <summary>Where a receiving session stands, as the coordination of its database sees it.</summary>
public enum TurnState : byte { Joined, Waiting, Streaming, Copying }

/// <param name="Id">Of the session, unique in the process.</param>
public sealed record CoordinatedSession(long Id, NodeName Peer, TurnState State, bool WantsCopy)
{
    /// <summary>It copies, or has copied, all that this node had: before it there was nothing, and nothing was copied since.</summary>
    public bool IsSource { get; init; }
}

/// <summary>What the coordination of a database tells a session.</summary>
public abstract record CoordinationEffect(long Session)
{
    public sealed record GiveTurn(long Session, bool Copy) : CoordinationEffect(Session);

    public sealed record Yield(long Session) : CoordinationEffect(Session);

    public sealed record AskAgain(long Session) : CoordinationEffect(Session);

    public sealed record Direct(long Session, ImmutableHashSet<NodeName> Others) : CoordinationEffect(Session);

    /// <summary>To all sending sessions of the database: from whom all comes that is not in the log, on a socket that is open still.</summary>
    public sealed record Sources(ImmutableHashSet<NodeName> Peers) : CoordinationEffect(0);

    /// <summary>To all sending sessions of the database.</summary>
    public sealed record OwnCopy(bool Copying) : CoordinationEffect(0);

    /// <summary>What all sending sessions of the database are told; null: it is for one receiving session.</summary>
    public SendingEvent? ForSenders => this switch
    {
        Sources sources => new SendingEvent.SourcesChanged(sources.Peers),
        OwnCopy own => new SendingEvent.OwnCopyChanged(own.Copying),
        _ => null,
    };
}

/// <summary>
/// The receiving sessions of one database take turns (rules 12, 13, 21): one copies at a time, nothing else is taken meanwhile; who waited goes on
/// from where the copy ended. Which peers come directly follows from who streams.
/// </summary>
public sealed record CopyCoordination(ImmutableDictionary<long, CoordinatedSession> Sessions)
{
    public static readonly CopyCoordination Empty = new(ImmutableDictionary<long, CoordinatedSession>.Empty);

    /// <summary>One at most: it lives, and has what it gave.</summary>
    public ImmutableHashSet<NodeName> Sources => [.. Sessions.Values.Where(session => session.IsSource).Select(session => session.Peer)];

    public CoordinatedSession? Copying => Sessions.Values.FirstOrDefault(session => session.State == TurnState.Copying);

    public (CopyCoordination State, ImmutableArray<CoordinationEffect> Effects) Joined(long id, NodeName peer)
    {
        var next = this with { Sessions = Sessions.SetItem(id, new CoordinatedSession(id, peer, TurnState.Joined, false)) };
        return (next, [new CoordinationEffect.Direct(id, next.DirectFor(id))]);
    }

    /// <summary>A session is ready: it gets its turn, or waits for the copy that runs.</summary>
    /// <param name="isFirst">There is nothing here yet.</param>
    public (CopyCoordination State, ImmutableArray<CoordinationEffect> Effects) Asked(long id, bool copy, bool isFirst = false)
    {
        if (!Sessions.TryGetValue(id, out var session)) return (this, []);
        if (Copying is { } copying && copying.Id != id) return Moved(session with { State = TurnState.Waiting, WantsCopy = copy }, []);
        if (!copy) return Moved(session with { State = TurnState.Streaming, WantsCopy = false }, [new CoordinationEffect.GiveTurn(id, false)]);

        var effects = ImmutableArray.CreateBuilder<CoordinationEffect>();
        var sessions = Sessions;
        foreach (var other in Sessions.Values.Where(other => other.Id != id && other.State == TurnState.Streaming))
        {
            sessions = sessions.SetItem(other.Id, other with { State = TurnState.Waiting });
            effects.Add(new CoordinationEffect.Yield(other.Id));
        }

        sessions = sessions.ToImmutableDictionary(other => other.Key, other => other.Value with { IsSource = false });
        var next = new CopyCoordination(sessions.SetItem(id, session with { State = TurnState.Copying, WantsCopy = false, IsSource = isFirst }));
        effects.Add(new CoordinationEffect.GiveTurn(id, true));
        effects.Add(new CoordinationEffect.Sources(next.Sources));
        effects.Add(new CoordinationEffect.OwnCopy(true));
        return (next, effects.DrainToImmutable());
    }

    /// <summary>The copy is durable to its end: its session streams on, the others say anew what they want.</summary>
    public (CopyCoordination State, ImmutableArray<CoordinationEffect> Effects) CopyEnded(long id)
    {
        if (Copying is not { } copying || copying.Id != id) return (this, []);
        return Freed(Sessions.SetItem(id, copying with { State = TurnState.Streaming }));
    }

    /// <summary>The source of the copy does not answer: the others are asked, or this one again when there are none.</summary>
    public (CopyCoordination State, ImmutableArray<CoordinationEffect> Effects) Passed(long id)
    {
        if (Copying is not { } copying || copying.Id != id) return (this, []);
        var next = new CopyCoordination(Sessions.SetItem(id, copying with { State = TurnState.Waiting, IsSource = false }));
        var others = next.Sessions.Values.Where(session => session.State == TurnState.Waiting && session.Id != id)
            .OrderBy(session => session.Id < id).ThenBy(session => session.Id).Select(session => session.Id).ToList();

        // Whoever answers first gets the turn: it must not be this one once more.
        return (next, [new CoordinationEffect.Sources(next.Sources), .. (others.Count == 0 ? [id] : others).Select(session => new CoordinationEffect.AskAgain(session))]);
    }

    /// <summary>A session is gone. Had it copied, another source goes on, or itself when it comes back.</summary>
    public (CopyCoordination State, ImmutableArray<CoordinationEffect> Effects) Left(long id)
    {
        if (!Sessions.TryGetValue(id, out var session)) return (this, []);
        var rest = Sessions.Remove(id);
        var (next, effects) = session.State switch
        {
            TurnState.Copying => Freed(rest),
            TurnState.Streaming => (new CopyCoordination(rest), new CopyCoordination(rest).TellDirect(0)),
            _ => (new CopyCoordination(rest), []),
        };
        return session.IsSource ? (next, [new CoordinationEffect.Sources(next.Sources), .. effects]) : (next, effects);
    }

    private (CopyCoordination State, ImmutableArray<CoordinationEffect> Effects) Moved(
        CoordinatedSession session, ImmutableArray<CoordinationEffect> effects)
    {
        var next = new CopyCoordination(Sessions.SetItem(session.Id, session));

        // Before its turn, so that its request excludes what comes directly.
        return session.State == TurnState.Streaming ? (next, [.. next.TellDirect(session.Id), .. effects]) : (next, effects);
    }

    private static (CopyCoordination State, ImmutableArray<CoordinationEffect> Effects) Freed(ImmutableDictionary<long, CoordinatedSession> sessions)
    {
        var next = new CopyCoordination(sessions);
        var effects = ImmutableArray.CreateBuilder<CoordinationEffect>();
        effects.Add(new CoordinationEffect.OwnCopy(false));
        foreach (var waiting in sessions.Values.Where(session => session.State == TurnState.Waiting).OrderBy(session => session.Id))
            effects.Add(new CoordinationEffect.AskAgain(waiting.Id));
        return (next, effects.DrainToImmutable());
    }

    private ImmutableArray<CoordinationEffect> TellDirect(long last)
    {
        var effects = ImmutableArray.CreateBuilder<CoordinationEffect>();
        foreach (var session in Sessions.Values.OrderBy(session => session.Id == last).ThenBy(session => session.Id))
            effects.Add(new CoordinationEffect.Direct(session.Id, DirectFor(session.Id)));
        return effects.DrainToImmutable();
    }

    private ImmutableHashSet<NodeName> DirectFor(long id) =>
        [.. Sessions.Values.Where(session => session.Id != id && session.State == TurnState.Streaming).Select(session => session.Peer)];
}
