using System.Net;

namespace Harper.Host.Configuration;

/// <summary>Where to listen: one address, or every interface when the host is null (R-CFG-19, 20).</summary>
/// <param name="Host">An IP address or a name that resolves to one on this machine.</param>
public sealed record ListenAddress(string? Host, int Port)
{
    public IPEndPoint? TryResolve()
    {
        if (Host is null) return new IPEndPoint(IPAddress.Any, Port);
        if (IPAddress.TryParse(Host, out var address)) return new IPEndPoint(address, Port);
        if (Host == "localhost") return new IPEndPoint(IPAddress.Loopback, Port);
        try
        {
            var addresses = Dns.GetHostAddresses(Host);
            return addresses.Length == 0 ? null : new IPEndPoint(addresses[0], Port);
        }
        catch (System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    public override string ToString() => Host is null ? $"*:{Port}" : Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
