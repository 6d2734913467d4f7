using System.Collections.Concurrent;
using System.Net;

namespace Harper.Host.Http;

/// <summary>How many of something each address has, at most <paramref name="most"/>. An address that has none is not remembered.</summary>
internal sealed class AddressCount(long most)
{
    private readonly ConcurrentDictionary<IPAddress, long> _counts = new();

    /// <summary>False: it has as many as it may; nothing is to be given back.</summary>
    public bool TryEnter(IPAddress address)
    {
        if (_counts.AddOrUpdate(address, 1, static (_, count) => count + 1) <= most) return true;
        Leave(address);
        return false;
    }

    public void Leave(IPAddress address)
    {
        if (_counts.AddOrUpdate(address, 0, static (_, count) => Math.Max(0, count - 1)) == 0) _counts.TryRemove(new KeyValuePair<IPAddress, long>(address, 0));
    }
}
