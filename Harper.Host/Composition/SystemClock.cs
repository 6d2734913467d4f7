using Harper.Core.Time;

namespace Harper.Host.Composition;

/// <summary>The wall clock of this machine, to 100 ns.</summary>
internal sealed class SystemClock : IClock
{
    public double NowMs => (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
}
