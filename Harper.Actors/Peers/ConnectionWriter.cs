using Harper.Actors.Transport;
using Harper.Core.Wire.Control;

namespace Harper.Actors.Peers;

/// <summary>Control messages of one connection, in order, without waiting for each: the actor goes on while the socket is full.</summary>
internal sealed class ConnectionWriter(IPeerSocket socket)
{
    /// <summary>Control messages are small and few; a peer that lets this much of them pile up does not read.</summary>
    private const long MaxWaitingBytes = 4 * 1024 * 1024;

    private long _waiting;

    /// <summary>Completes when everything so far was taken by the socket; never faults.</summary>
    public Task Sent { get; private set; } = Task.CompletedTask;

    /// <summary>False: too much is waiting.</summary>
    public bool Send(ControlFrame frame) => Send(ControlFrameCodec.Encode(frame));

    public bool Send(ReadOnlyMemory<byte> message)
    {
        if (Interlocked.Add(ref _waiting, message.Length) > MaxWaitingBytes) return false;
        Sent = SendAfterAsync(Sent, message);
        return true;
    }

    private async Task SendAfterAsync(Task before, ReadOnlyMemory<byte> message)
    {
        await before.ConfigureAwait(false);
        try
        {
            await socket.SendAsync(message, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is PeerTransportException or OperationCanceledException)
        {
            // The reader tells how the socket ended.
        }
        finally
        {
            Interlocked.Add(ref _waiting, -message.Length);
        }
    }
}
