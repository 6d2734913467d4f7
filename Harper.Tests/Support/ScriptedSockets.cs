using System.Net;
using Harper.Actors.Transport;
using Harper.Core.Wire.Control;

namespace Harper.Tests.Support;

/// <summary>Sockets of a peer that is played by hand over a network in memory.</summary>
internal static class ScriptedSockets
{
    /// <summary>The peer dials a node, and has said nothing yet.</summary>
    /// <param name="headers">Its credentials.</param>
    public static Task<IPeerSocket> DialAsync(this InMemoryTransport network, string peer, string node, params KeyValuePair<string, string>[] headers) =>
        network.DialAsync(new PeerDial(new Uri($"ws://{node}:9933"), IPAddress.Parse(peer), [.. headers], Wait.Deadline, new PeerSocketSettings()), default);

    public static ValueTask SendAsync(this IPeerSocket socket, ControlFrame frame) => socket.SendAsync(ControlFrameCodec.Encode(frame), default);
}
