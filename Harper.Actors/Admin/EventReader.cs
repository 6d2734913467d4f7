using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Harper.Actors.Admin;

/// <summary>Events on their way to one reader: bounded, the oldest go when the reader is too slow, and it is told how many. Losing events is harmless:
/// the tree itself says how things stand.</summary>
internal sealed class EventReader
{
    private readonly Channel<AdminEvent> _events;
    private long _lost;

    public EventReader(int capacity) => _events = Channel.CreateBounded<AdminEvent>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
        _ => Interlocked.Increment(ref _lost));

    public void Offer(AdminEvent happened) => _events.Writer.TryWrite(happened);

    public void Complete() => _events.Writer.TryComplete();

    public async IAsyncEnumerable<AdminEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await _events.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            while (_events.Reader.TryRead(out var happened))
            {
                if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
                    yield return new AdminEvent(happened.At, "lost", "node/admin", $"{lost} events were lost: this reader is too slow");
                yield return happened;
            }
        }
    }
}
