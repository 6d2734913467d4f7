using Harper.Actors.Transport;

namespace Harper.Tests.Support;

/// <summary>What goes wrong on the sockets of a <see cref="FaultyTransport"/>; may be changed at any time.</summary>
public sealed class TransportFaults
{
    private int _drop;
    private int _truncate = -1;

    /// <summary>Dialling fails.</summary>
    public bool Unreachable { get; set; }

    /// <summary>Each message waits this long before it is handed on.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>What is sent vanishes, what is received still comes: half of the connection is dead.</summary>
    public bool HalfClosed { get; set; }

    /// <summary>The next messages sent vanish.</summary>
    public void DropNext(int count) => Interlocked.Add(ref _drop, count);

    /// <summary>The next message sent is cut to this many bytes.</summary>
    public void TruncateNext(int bytes) => Interlocked.Exchange(ref _truncate, bytes);

    internal bool TakesDrop()
    {
        if (Interlocked.Decrement(ref _drop) >= 0) return true;
        Interlocked.Increment(ref _drop);
        return false;
    }

    internal int TakeTruncation() => Interlocked.Exchange(ref _truncate, -1);
}

/// <summary>Another transport, with faults on its dialled sockets.</summary>
public sealed class FaultyTransport(IPeerTransport inner, TransportFaults faults) : IPeerTransport
{
    private readonly List<IPeerSocket> _sockets = [];

    public async Task<IPeerSocket> DialAsync(PeerDial dial, CancellationToken cancellation)
    {
        if (faults.Unreachable) throw new PeerTransportException(PeerTransportFailure.Unreachable, $"{dial.Url} cannot be reached: made so");
        var socket = new FaultySocket(await inner.DialAsync(dial, cancellation), faults);
        lock (_sockets) _sockets.Add(socket);
        return socket;
    }

    /// <summary>Breaks every socket that was dialled, without a close.</summary>
    public async Task CutAllAsync()
    {
        IPeerSocket[] sockets;
        lock (_sockets)
        {
            sockets = [.. _sockets];
            _sockets.Clear();
        }
        foreach (var socket in sockets) await socket.DisposeAsync();
    }

    private sealed class FaultySocket(IPeerSocket inner, TransportFaults faults) : IPeerSocket
    {
        public string Description => inner.Description;

        public Task<PeerClose> Ended => inner.Ended;

        public TimeSpan? Latency => inner.Latency;

        public PeerTraffic Traffic => inner.Traffic;

        public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
        {
            if (faults.Delay > TimeSpan.Zero) await Task.Delay(faults.Delay, cancellation);
            if (faults.HalfClosed || faults.TakesDrop()) return;
            if (faults.TakeTruncation() is >= 0 and var length) message = message[..Math.Min(length, message.Length)];
            await inner.SendAsync(message, cancellation);
        }

        public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellation)
        {
            var message = await inner.ReceiveAsync(cancellation);
            if (faults.Delay > TimeSpan.Zero) await Task.Delay(faults.Delay, cancellation);
            return message;
        }

        public void Identified() => inner.Identified();

        public Task CloseAsync(PeerClose close) => inner.CloseAsync(close);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
