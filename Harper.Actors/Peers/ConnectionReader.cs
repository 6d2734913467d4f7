using System.Collections.Immutable;
using Akka.Actor;
using Harper.Actors.Transport;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Harper.Core.Wire.Dictionaries;

namespace Harper.Actors.Peers;

/// <summary>What a reader tells its connection actor, in the order of the socket.</summary>
internal static class ReaderProtocol
{
    public sealed record FrameArrived(ControlFrame Frame) : INoSerializationVerificationNeeded;

    public sealed record DataArrived(ImmutableArray<ReceivedTransaction> Transactions, long Bytes) : INoSerializationVerificationNeeded;

    /// <param name="Bytes">Of a data message, which counts among what the sender may have under way.</param>
    public sealed record NotDecoded(FrameErrorCode Code, string Message, long Bytes);

    public sealed record SocketEnded(PeerClose Close);
}

/// <summary>
/// Reads a socket on its own flow of control, decodes there, and tells the actor whole messages. It stops reading while the gate is
/// closed: that is what slows the sender down.
/// </summary>
/// <param name="changes">Null: data is not expected here and ignored.</param>
internal sealed class ConnectionReader(IPeerSocket socket, IncomingChanges? changes, InboundGate? gate, IActorRef owner)
{
    private readonly List<ReceivedTransaction> _read = [];

    /// <summary>Until the socket ends or the connection is cancelled; never throws.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (await socket.ReceiveAsync(cancellation).ConfigureAwait(false) is { } message)
            {
                if (message.IsEmpty) continue;
                if (!Take(message)) return;
                if (gate is not null) await gate.WaitAsync(cancellation).ConfigureAwait(false);
            }

            owner.Tell(new ReaderProtocol.SocketEnded(await socket.Ended.WaitAsync(cancellation).ConfigureAwait(false)));
        }
        catch (OperationCanceledException)
        {
            // The owner is gone.
        }
        catch (PeerTransportException error)
        {
            owner.Tell(new ReaderProtocol.SocketEnded(new PeerClose(PeerClose.Abnormal, error.Message, ByPeer: true)));
        }
        catch (Exception error)
        {
            // A connection that nobody reads any more must not look like a quiet one.
            owner.Tell(new ReaderProtocol.SocketEnded(new PeerClose(PeerClose.Abnormal, $"reading failed: {error.Message}")));
        }
    }

    /// <summary>False: nothing after this message can be understood.</summary>
    private bool Take(ReadOnlyMemory<byte> message)
    {
        try
        {
            if (ControlFrameCodec.IsControl(message.Span))
            {
                var frame = ControlFrameCodec.Decode(message.Span, FrameLimits.Default);
                changes?.Learn(frame);
                if (frame is ControlFrame.BlobChunk chunk) gate?.Take(chunk.Bytes.Length);
                owner.Tell(new ReaderProtocol.FrameArrived(frame));
                return true;
            }

            if (changes is null) return true;
            _read.Clear();
            changes.Read(message, _read);
            gate?.Take(message.Length);
            owner.Tell(new ReaderProtocol.DataArrived([.. _read], message.Length));
            return true;
        }
        catch (FrameError error)
        {
            owner.Tell(new ReaderProtocol.NotDecoded(error.Code, error.Message, ControlFrameCodec.IsControl(message.Span) ? 0 : message.Length));
            return error.Code is FrameErrorCode.UnknownOrigin or FrameErrorCode.UnknownTable;
        }
    }
}
