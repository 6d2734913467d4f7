using Harper.Actors.Transport;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;

namespace Harper.Tests.Support;

/// <summary>The accepting side of a socket, by hand.</summary>
internal sealed class ScriptedSource(IPeerSocket socket) : IAsyncDisposable
{
    public ValueTask SendAsync(ControlFrame frame) => socket.SendAsync(ControlFrameCodec.Encode(frame), default);

    public ValueTask SendAsync(byte[] message) => socket.SendAsync(message, default);

    public Task<ControlFrame.SubscriptionRequest> RequestAsync() => UntilAsync<ControlFrame.SubscriptionRequest>(request => !request.Entries.IsEmpty);

    public async Task<T> UntilAsync<T>(Predicate<T> wanted) where T : ControlFrame
    {
        socket.Identified();
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        while (true)
        {
            var message = await socket.ReceiveAsync(deadline.Token) ?? throw new InvalidOperationException($"closed: {(await socket.Ended).Reason}");
            if (ControlFrameCodec.Decode(message.Span, FrameLimits.Default) is T frame && wanted(frame)) return frame;
        }
    }

    public async Task CloseAsync(int code, string reason) => await socket.CloseAsync(new PeerClose(code, reason));

    public ValueTask DisposeAsync() => socket.DisposeAsync();
}
