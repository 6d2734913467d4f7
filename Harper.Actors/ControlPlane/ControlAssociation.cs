using System.Threading.Channels;
using Akka.Actor;
using Akka.Remote.Transport;
using Google.Protobuf;
using Harper.Actors.Transport;

namespace Harper.Actors.ControlPlane;

/// <summary>
/// A socket between two nodes as Akka sees it: whole payloads both ways, never blocking the writer. Reading begins when Akka has said who listens. The end
/// is told exactly once, however it came.
/// </summary>
internal sealed class ControlAssociation : AssociationHandle
{
    /// <summary>Payloads that wait for the socket; beyond, Akka is told to come back.</summary>
    private const int MaxWaiting = 1000;

    private readonly IPeerSocket _socket;
    private readonly Channel<ByteString> _outgoing = Channel.CreateBounded<ByteString>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private int _ended;

    public ControlAssociation(Address local, Address remote, IPeerSocket socket) : base(local, remote)
    {
        _socket = socket;
        Running = RunAsync();
    }

    /// <summary>Completes when the socket has ended; never faults.</summary>
    public Task Running { get; }

    public override bool Write(ByteString payload) => _outgoing.Writer.TryWrite(payload);

#pragma warning disable CS0672 // Akka calls the one without a reason, and obsoletes it.
    public override void Disassociate() => End();
#pragma warning restore CS0672

    public void End()
    {
        _outgoing.Writer.TryComplete();
        _ = _socket.CloseAsync(new PeerClose(PeerClose.Normal, ""));
    }

    private async Task RunAsync()
    {
        var sending = SendAsync();
        var receiving = ReceiveAsync();
        await Task.WhenAny(sending, receiving).ConfigureAwait(false);
        _outgoing.Writer.TryComplete();
        await _socket.CloseAsync(new PeerClose(PeerClose.Normal, "")).ConfigureAwait(false);
        await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Interlocked.Exchange(ref _ended, 1) == 0 && ReadHandlerSource.Task.IsCompletedSuccessfully)
            ReadHandlerSource.Task.Result.Notify(new Disassociated(DisassociateInfo.Unknown));
    }

    private async Task SendAsync()
    {
        await foreach (var payload in _outgoing.Reader.ReadAllAsync().ConfigureAwait(false))
            await _socket.SendAsync(payload.Memory, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        // A socket that ends before Akka has taken it ends the wait too.
        var listening = ReadHandlerSource.Task;
        await Task.WhenAny(listening, _socket.Ended).ConfigureAwait(false);
        if (!listening.IsCompletedSuccessfully) return;
        var listener = await listening.ConfigureAwait(false);
        while (await _socket.ReceiveAsync(CancellationToken.None).ConfigureAwait(false) is { } message)
            listener.Notify(new InboundPayload(ByteString.CopyFrom(message.Span)));
    }
}
