using System.Collections.Concurrent;
using Harper.Actors.Transport;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;

namespace Harper.Tests.Support;

/// <summary>What goes wrong on the sockets of a <see cref="FaultyTransport"/>; may be changed at any time.</summary>
public sealed class TransportFaults
{
    private int _drop;
    private int _truncate = -1;

    /// <summary>Dialling fails.</summary>
    public bool Unreachable { get; set; }

    /// <summary>Hosts that cannot be dialled.</summary>
    public ConcurrentDictionary<string, bool> CutOff { get; } = new();

    /// <summary>Where a socket stops reading; it asks for it anew when it goes on.</summary>
    public HeldReading? Hold { get; set; }

    /// <summary>Each message waits this long before it is handed on.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Once this is so nothing that is received is handed on any more; the connection ends when this is taken away.</summary>
    public Func<bool>? Stalls { get; set; }

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

/// <summary>Sockets of a database read no further once such a frame came, until they may.</summary>
public sealed class HeldReading(string database, Predicate<ControlFrame> after)
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsReached { get; private set; }

    public Task Released => _released.Task;

    public void Release() => _released.TrySetResult();

    internal bool Takes(string? itsDatabase, ReadOnlyMemory<byte> message)
    {
        if (itsDatabase != database || !ControlFrameCodec.IsControl(message.Span) || !after(ControlFrameCodec.Decode(message.Span, FrameLimits.Default))) return false;
        return IsReached = true;
    }
}

/// <summary>Another transport, with faults on its dialled sockets.</summary>
public sealed class FaultyTransport(IPeerTransport inner, TransportFaults faults) : IPeerTransport
{
    private readonly List<(string Host, IPeerSocket Socket)> _sockets = [];

    public async Task<IPeerSocket> DialAsync(PeerDial dial, CancellationToken cancellation)
    {
        if (faults.Unreachable || faults.CutOff.ContainsKey(dial.Url.Host)) throw new PeerTransportException(PeerTransportFailure.Unreachable, $"{dial.Url} cannot be reached: made so");
        var socket = new FaultySocket(await inner.DialAsync(dial, cancellation), faults);
        lock (_sockets) _sockets.Add((dial.Url.Host, socket));
        return socket;
    }

    /// <summary>Breaks the sockets that were dialled to a host, and lets no other come to be.</summary>
    public async Task CutAsync(string host)
    {
        faults.CutOff[host] = true;
        IPeerSocket[] sockets;
        lock (_sockets)
        {
            sockets = [.. _sockets.Where(entry => entry.Host == host).Select(entry => entry.Socket)];
            _sockets.RemoveAll(entry => entry.Host == host);
        }
        foreach (var socket in sockets) await socket.DisposeAsync();
    }

    public void Mend(string host) => faults.CutOff.TryRemove(host, out _);

    /// <summary>Breaks every socket that was dialled, without a close.</summary>
    public async Task CutAllAsync()
    {
        IPeerSocket[] sockets;
        lock (_sockets)
        {
            sockets = [.. _sockets.Select(entry => entry.Socket)];
            _sockets.Clear();
        }
        foreach (var socket in sockets) await socket.DisposeAsync();
    }

    private sealed class FaultySocket(IPeerSocket inner, TransportFaults faults) : IPeerSocket
    {
        private string? _database;
        private HeldReading? _held;

        public string Description => inner.Description;

        public Task<PeerClose> Ended => inner.Ended;

        public TimeSpan? Latency => inner.Latency;

        public PeerTraffic Traffic => inner.Traffic;

        public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation, bool more = false)
        {
            if (_database is null && ControlFrameCodec.IsControl(message.Span) && ControlFrameCodec.Decode(message.Span, FrameLimits.Default) is ControlFrame.PeerName name)
                _database = name.Database.Value;
            await LateAsync(cancellation);
            if (faults.HalfClosed || faults.TakesDrop()) return;
            if (faults.TakeTruncation() is >= 0 and var length) message = message[..Math.Min(length, message.Length)];
            await inner.SendAsync(message, cancellation, more);
        }

        public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellation)
        {
            if (_held is { } held)
            {
                await held.Released.WaitAsync(cancellation);
                _held = null;
            }
            var message = await inner.ReceiveAsync(cancellation);
            if (message is { } came && faults.Hold is { IsReached: false } hold && hold.Takes(_database, came)) _held = hold;
            await LateAsync(cancellation);
            if (faults.Stalls?.Invoke() is not true) return message;
            // The end of a connection is seen by who reads it, and nobody does now: it is over when the stall is.
            await Task.WhenAny(inner.Ended, Wait.UntilAsync(() => faults.Stalls is null, "the stall is over"));
            await inner.DisposeAsync();
            return null;
        }

        private Task LateAsync(CancellationToken cancellation) => faults.Delay > TimeSpan.Zero ? Task.Delay(faults.Delay, cancellation) : Task.CompletedTask;

        public void Identified() => inner.Identified();

        public Task CloseAsync(PeerClose close) => inner.CloseAsync(close);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
