using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using Harper.Actors.Transport;

namespace Harper.Tests.Support;

/// <summary>The real sockets over pipes in memory instead of TCP: for specs with many nodes, and for faults that a network cannot be made to have.</summary>
public sealed class InMemoryTransport : IPeerTransport
{
    private readonly ConcurrentDictionary<string, (PeerSocketSettings Settings, Func<IPeerSocket, PeerDial, Task> Accepted)> _listeners = new();

    /// <summary>Accepts what is dialled to an authority such as <c>127.0.0.2:9933</c>.</summary>
    public void Listen(string authority, PeerSocketSettings settings, Func<IPeerSocket, PeerDial, Task> accepted) =>
        _listeners[authority] = (settings, accepted);

    public void StopListening(string authority) => _listeners.TryRemove(authority, out _);

    public Task<IPeerSocket> DialAsync(PeerDial dial, CancellationToken cancellation)
    {
        if (dial.Url.Scheme == "wss") throw new PeerTransportException(PeerTransportFailure.Unsupported, "no TLS in memory");
        if (!_listeners.TryGetValue(dial.Url.Authority, out var listener))
            throw new PeerTransportException(PeerTransportFailure.Unreachable, $"{dial.Url} cannot be reached: nobody listens");
        var (here, there) = Pair();
        var accepted = WebSocketPeerSocket.Over(there, dialled: false, $"{dial.Url.Authority} from {dial.LocalAddress ?? IPAddress.Loopback}", listener.Settings);
        _ = Task.Run(() => listener.Accepted(accepted, dial), cancellation);
        return Task.FromResult(WebSocketPeerSocket.Over(here, dialled: true, $"{dial.LocalAddress ?? IPAddress.Loopback} to {dial.Url.Authority}", dial.Settings));
    }

    /// <summary>Both ends of a connection.</summary>
    public static (Stream Here, Stream There) Pair()
    {
        var options = new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024, useSynchronizationContext: false);
        var (forth, back) = (new Pipe(options), new Pipe(options));
        return (new PipePairStream(back.Reader, forth.Writer), new PipePairStream(forth.Reader, back.Writer));
    }
}
