using System.Collections.Concurrent;
using System.Net;

namespace Harper.Actors.Peers;

/// <summary>Whoever is refused comes again and again: each address is logged once a minute at most, and at most 1,024 addresses are remembered.</summary>
public sealed class RefusalLog
{
    private const int MostAddresses = 1024;
    private const long QuietMs = 60_000;

    private readonly ConcurrentDictionary<IPAddress, long> _last = new();

    public bool IsNew(IPAddress address)
    {
        var now = Environment.TickCount64;
        if (_last.TryGetValue(address, out var last) && now - last < QuietMs) return false;
        if (_last.Count >= MostAddresses) _last.Clear();
        _last[address] = now;
        return true;
    }
}
