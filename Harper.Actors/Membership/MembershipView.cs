using System.Collections.Immutable;
using Harper.Actors.Node;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.Membership;

/// <summary>
/// The latest membership for whoever must not wait: admission of sockets, forwarding, trimming. MembershipActor and PeersActor write it,
/// any thread reads it.
/// </summary>
public sealed class MembershipView(MembershipSettings settings) : IClusterMembers
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile MembershipSnapshot _current = MembershipSnapshot.Empty(settings);
    private volatile bool _loaded;
    private volatile StrongPresence _presence = new(ImmutableDictionary<NodeName, MemberPresence>.Empty);

    public MembershipSettings Settings { get; } = settings;

    /// <summary>The actor that owns the records; null before it starts.</summary>
    internal volatile Akka.Actor.IActorRef? Actor;

    public MembershipSnapshot Current => _current;

    /// <summary>Raised after every change, on the actor's thread: handlers only post a message. Survives restarts of the actor.</summary>
    public event Action<MembershipSnapshot>? Changed;

    /// <summary>What the own record says of the authority of this node's certificate.</summary>
    public NodeAuthority? Authority { get; private set; }

    /// <summary>The authority of this node's certificate changed: its record follows.</summary>
    public void SetAuthority(NodeAuthority? authority)
    {
        if (Authority == authority || (authority is not null && authority.IsSameAs(Authority?.Pem))) return;
        Authority = authority;
        Actor?.Tell(MembershipProtocol.AuthorityMoved.Instance, Akka.Actor.ActorRefs.NoSender);
    }

    /// <summary>Completes when the records were read for the first time: before that nobody is known.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Waits for <see cref="Ready"/>, but not for ever: a node that cannot read its records refuses as one that has none.</summary>
    public async Task WaitUntilReadyAsync(TimeSpan deadline, CancellationToken cancellation)
    {
        if (Ready.IsCompleted) return;
        await Task.WhenAny(Ready, Task.Delay(deadline, cancellation)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
    }

    internal void Publish(MembershipSnapshot snapshot)
    {
        _current = snapshot;
        _ready.TrySetResult();
        _loaded = true;
        Changed?.Invoke(snapshot);
    }

    /// <summary>Every other node that has a usable record, connected or not. Null until the node records have been read.</summary>
    public ImmutableArray<MemberPresence>? Of(DatabaseName database)
    {
        if (!_loaded) return null;
        if (!Settings.Databases.Includes(database)) return [];
        var presence = _presence.ByName;
        return [.. Current.Records.All
            .Where(record => record.Name != Settings.Self && record.IsUsable)
            .Select(record => presence.GetValueOrDefault(record.Name) ?? new MemberPresence(record.Name, null, false))];
    }

    internal void Report(MemberPresence presence) => _presence = new StrongPresence(_presence.ByName.SetItem(presence.Name, presence));

    internal void Forget(NodeName peer) => _presence = new StrongPresence(_presence.ByName.Remove(peer));

    private sealed record StrongPresence(ImmutableDictionary<NodeName, MemberPresence> ByName);
}
