using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;

namespace Harper.Actors.Describe;

/// <summary>
/// The base of every actor of ours: answers <see cref="Describe"/> in any behaviour, and counts restarts across instances. What it says
/// comes from <see cref="DescribeState"/> and <see cref="DescribeFigures"/>, which must be quick and free of effects.
/// </summary>
public abstract class DescribedActor : ReceiveActor
{
    private static readonly ConcurrentDictionary<string, int> Restarts = new();
    private readonly long _started = Environment.TickCount64;

    protected abstract string DescribeState();

    protected virtual IEnumerable<KeyValuePair<string, object?>> DescribeFigures() => [];

    protected static KeyValuePair<string, object?> Figure(string name, object? value) => new(name, value);

    protected override bool AroundReceive(Receive receive, object message)
    {
        if (message is not Describe) return base.AroundReceive(receive, message);
        Sender.Tell(Description(), Self);
        return true;
    }

    protected override void PostRestart(Exception reason)
    {
        Restarts.AddOrUpdate(Key(), 1, (_, count) => count + 1);
        base.PostRestart(reason);
    }

    private string Key() => Self.Path.ToStringWithAddress();

    private ActorDescription Description() => new(
        string.Join('/', Self.Path.Elements.Skip(1)), GetType().Name, DescribeState(), [.. DescribeFigures()],
        [.. Context.GetChildren().Where(child => !child.Path.Name.StartsWith('$') && !child.Path.Name.StartsWith("StreamSupervisor", StringComparison.Ordinal))],
        Restarts.GetValueOrDefault(Key()), (Context as ActorCell)?.NumberOfMessages ?? 0,
        TimeSpan.FromMilliseconds(Environment.TickCount64 - _started));
}
