using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;

namespace Harper.Actors.Describe;

/// <summary>
/// The base of every actor of ours: answers <see cref="Describe"/> in any behaviour, counts restarts across instances, and tells the event stream of
/// its starts, ends, failures and changes of state. What it says comes from <see cref="DescribeState"/> and
/// <see cref="DescribeFigures"/>, which must be quick and free of effects.
/// </summary>
public abstract class DescribedActor : ReceiveActor
{
    private static readonly ConcurrentDictionary<string, int> Restarts = new();
    private readonly long _started = Environment.TickCount64;
    private string? _shownState;

    public override void AroundPreStart()
    {
        Publish("started", GetType().Name);
        base.AroundPreStart();
    }

    public override void AroundPostRestart(Exception cause, object message)
    {
        Restarts.AddOrUpdate(Key(), 1, (_, count) => count + 1);
        Publish("restarted", cause.Message);
        base.AroundPostRestart(cause, message);
    }

    public override void AroundPostStop()
    {
        base.AroundPostStop();
        Restarts.TryRemove(Key(), out _);
        Publish("stopped", GetType().Name);
    }

    /// <summary>In words, from a small set: each change of it is an event. What counts up belongs into the figures.</summary>
    protected abstract string DescribeState();

    protected virtual IEnumerable<KeyValuePair<string, object?>> DescribeFigures() => [];

    protected static KeyValuePair<string, object?> Figure(string name, object? value) => new(name, value);

    protected override bool AroundReceive(Receive receive, object message)
    {
        if (message is Describe)
        {
            Sender.Tell(Description(), Self);
            return true;
        }
        if (!ActorEvents.Listening) return base.AroundReceive(receive, message);
        var before = _shownState ?? DescribeState();
        var handled = base.AroundReceive(receive, message);
        _shownState = DescribeState();
        if (!string.Equals(before, _shownState, StringComparison.Ordinal)) Publish("state", _shownState);
        return handled;
    }

    /// <summary>An event for operators that is no change of state.</summary>
    protected void Publish(string kind, string text) =>
        Context.System.EventStream.Publish(new ActorEvent(DateTimeOffset.UtcNow, kind, PathBelowUser(), text));

    private string Key() => $"{Context.System.GetHashCode()}{Self.Path.ToStringWithAddress()}";

    private string PathBelowUser() => string.Join('/', Self.Path.Elements.Skip(1));

    private ActorDescription Description() => new(
        PathBelowUser(), GetType().Name, DescribeState(), [.. DescribeFigures()],
        [.. Context.GetChildren().Where(child => !child.Path.Name.StartsWith('$') && !child.Path.Name.StartsWith("StreamSupervisor", StringComparison.Ordinal))],
        Restarts.GetValueOrDefault(Key()), (Context as ActorCell)?.NumberOfMessages ?? 0,
        TimeSpan.FromMilliseconds(Environment.TickCount64 - _started));
}
