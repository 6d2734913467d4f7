using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;

namespace Harper.Actors.Transport;

/// <summary>
/// A socket between nodes over one WebSocket. One loop writes what was queued, on the thread of who queued it when it had nothing to do; one timer pings and
/// listens for silence, whoever asks receives. It ends once, for one reason, and everything that waits on it wakes up then.
/// </summary>
internal sealed class WebSocketPeerSocket : IPeerSocket
{
    private const int MaxDrainedBytes = 4 << 20;
    private const int MaxDrainedOfStrangerBytes = 64 * 1024;
    private const int MaxFrameBytes = 256 * 1024;
    private const int MaxReasonBytes = 123;

    private readonly WebSocket _socket;
    private readonly PeerStream _stream;
    private readonly PeerSocketSettings _settings;
    private readonly bool _dialled;
    private readonly SendQueue _queue;
    private readonly MessageAssembler _assembler;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped;
    private readonly TaskCompletionSource<PeerClose> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Timer _clock;
    private readonly Task _writing;
    private readonly long _opened = Environment.TickCount64;
    private long _nextPing;
    private long _latency = -1;
    private long _bytesReceived, _bytesSent, _messagesReceived, _messagesSent;
    private volatile bool _identified;
    private volatile bool _receiving;
    private PeerClose? _closing, _told;

    private WebSocketPeerSocket(Stream inner, bool dialled, string description, PeerSocketSettings settings)
    {
        Description = description;
        _settings = settings;
        _dialled = dialled;
        _identified = dialled;
        _stopped = _stop.Token;
        _stream = new PeerStream(inner, settings.FlushAtBytes, masks: dialled, OnPong);
        // The framework's own keep-alive is off: it cannot measure, and it takes a paused reader for a dead peer.
        _socket = WebSocket.CreateFromStream(_stream, new WebSocketCreationOptions
        {
            IsServer = !dialled, SubProtocol = WebSocketTransport.SubProtocol, KeepAliveInterval = TimeSpan.Zero,
        });
        _queue = new SendQueue(settings.SendBufferBytes);
        _assembler = new MessageAssembler(_socket);
        _clock = new Timer(static self => ((WebSocketPeerSocket)self!).OnTick(), this, Timeout.Infinite, Timeout.Infinite);
        _writing = WriteAsync();
        var tick = TickOf(settings);
        _clock.Change(dialled ? TimeSpan.Zero : tick, tick);
    }

    public string Description { get; }

    public Task<PeerClose> Ended => _ended.Task;

    public TimeSpan? Latency => Volatile.Read(ref _latency) is >= 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    public PeerTraffic Traffic => new(
        Volatile.Read(ref _bytesReceived), Volatile.Read(ref _bytesSent), Volatile.Read(ref _messagesReceived), Volatile.Read(ref _messagesSent),
        _queue.Bytes, Since(Math.Max(_stream.LastReadTicks, _stream.LastWrittenTicks)));

    /// <summary>Takes over a connection whose upgrade is done.</summary>
    public static IPeerSocket Over(Stream connection, bool dialled, string description, PeerSocketSettings settings) =>
        new WebSocketPeerSocket(connection, dialled, description, settings);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation, bool more = false)
    {
        if (message.Length > _settings.MaxMessageBytes)
            throw new ArgumentException($"a message of {message.Length} bytes is above {_settings.MaxMessageBytes}", nameof(message));
        if (!await _queue.AddAsync(message, more, cancellation)) throw Closed();
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellation)
    {
        if (_ended.Task.IsCompleted) return null;
        _stream.HearFromNow();
        _receiving = true;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopped);
            var message = await _assembler.NextAsync(Limit, either.Token);
            if (message is null)
            {
                await AnswerCloseAsync();
                return null;
            }
            Interlocked.Add(ref _bytesReceived, message.Value.Length);
            Interlocked.Increment(ref _messagesReceived);
            return message;
        }
        catch (PeerTransportException fault)
        {
            _receiving = false;
            await CloseAsync(new PeerClose(fault.Message.StartsWith("text", StringComparison.Ordinal) ? PeerClose.ProtocolError : PeerClose.TooBig, fault.Message));
            return null;
        }
        catch (Exception fault) when (fault is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            Break(Reason(fault), byPeer: !_stopped.IsCancellationRequested && !cancellation.IsCancellationRequested);
            return null;
        }
        finally
        {
            _receiving = false;
        }
    }

    public void Identified()
    {
        _identified = true;
        _stream.HearFromNow();
    }

    public async Task CloseAsync(PeerClose close)
    {
        if (Interlocked.CompareExchange(ref _closing, close, null) is null)
        {
            _queue.Complete();
            using var deadline = new CancellationTokenSource(_settings.CloseTimeout);
            try
            {
                await _writing.WaitAsync(deadline.Token);
                await _socket.CloseOutputAsync((WebSocketCloseStatus)close.Code, Shortened(close.Reason), deadline.Token);
                await DrainAsync(deadline.Token);
            }
            catch (Exception fault) when (fault is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                // Cut below: the reason stays the one that was given.
            }
            End(close);
        }
        await _ended.Task;
    }

    public async ValueTask DisposeAsync()
    {
        End(new PeerClose(PeerClose.GoingAway, "disposed"));
        await _clock.DisposeAsync();
        await _writing;
    }

    /// <summary>The peer's close must be read for the connection to end in peace: by who is receiving, else here.</summary>
    private async Task DrainAsync(CancellationToken deadline)
    {
        if (_receiving)
        {
            await _ended.Task.WaitAsync(deadline);
            return;
        }
        var scrap = new byte[4096];
        // What was under way when it was told, and no more: whoever goes on sending is not listening, and is cut.
        var left = _identified ? MaxDrainedBytes : MaxDrainedOfStrangerBytes;
        while (_socket.State is WebSocketState.CloseSent && left > 0)
        {
            var read = await _socket.ReceiveAsync(scrap.AsMemory(), deadline);
            if (read.MessageType == WebSocketMessageType.Close) return;
            left -= read.Count;
        }
    }

    private async Task AnswerCloseAsync()
    {
        if (Volatile.Read(ref _closing) is { } given)
        {
            End(given);
            return;
        }
        var close = new PeerClose((int?)_socket.CloseStatus ?? PeerClose.Abnormal, _socket.CloseStatusDescription ?? "", ByPeer: true);
        Volatile.Write(ref _told, close);
        if (_socket.State == WebSocketState.CloseReceived)
        {
            using var deadline = new CancellationTokenSource(_settings.CloseTimeout);
            try
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);
            }
            catch (Exception fault) when (fault is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The peer has gone already; its reason stands.
            }
        }
        End(close);
    }

    private async Task WriteAsync()
    {
        try
        {
            while (await _queue.WaitAsync(_stopped))
            {
                _stream.Corked = true;
                while (_queue.TryTake(out var message)) await WriteAsync(message);
                _stream.Corked = false;
                await _stream.FlushAsync(_stopped);
            }
        }
        catch (Exception fault) when (fault is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            Break(Reason(fault), byPeer: !_stopped.IsCancellationRequested);
        }
        finally
        {
            _stream.Corked = false;
            _queue.Complete();
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> message)
    {
        var rest = message;
        do
        {
            var frame = rest[..Math.Min(rest.Length, MaxFrameBytes)];
            rest = rest[frame.Length..];
            await _socket.SendAsync(frame, WebSocketMessageType.Binary, rest.IsEmpty, _stopped);
        }
        while (!rest.IsEmpty);
        _queue.Written(message.Length);
        Interlocked.Add(ref _bytesSent, message.Length);
        Interlocked.Increment(ref _messagesSent);
    }

    private void OnTick()
    {
        if (_ended.Task.IsCompleted) return;
        var now = Environment.TickCount64;
        if (!_identified && now - _opened > _settings.IdentityDeadline.TotalMilliseconds)
        {
            // Whoever is refused is told so by who decides: here nothing was decided, because this node is slow.
            _ = CloseAsync(new PeerClose(
                PeerClose.Transient, $"who connects was not decided within {_settings.IdentityDeadline.TotalSeconds:0.#} s, the node is busy: try again"));
            return;
        }
        // Silence counts only while somebody listens: a receiver that paused is not a dead peer.
        if (_receiving && now - _stream.LastReadTicks > _settings.PingTimeout.TotalMilliseconds)
        {
            End(new PeerClose(PeerClose.Abnormal, $"nothing was heard for {_settings.PingTimeout.TotalSeconds:0.#} s"));
            return;
        }
        if (!_dialled || now < Volatile.Read(ref _nextPing)) return;
        Volatile.Write(ref _nextPing, now + (long)_settings.PingInterval.TotalMilliseconds);
        _ = PingAsync();
    }

    private async Task PingAsync()
    {
        try
        {
            await _stream.PingAsync((ulong)Stopwatch.GetTimestamp(), _stopped);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Break(Reason(fault), byPeer: true);
        }
    }

    private void OnPong(ulong mark)
    {
        var elapsed = Stopwatch.GetElapsedTime((long)mark);
        if (elapsed >= TimeSpan.Zero && elapsed < TimeSpan.FromHours(1)) Volatile.Write(ref _latency, elapsed.Ticks);
    }

    /// <summary>The connection is gone. When one side had said why it closes, that is the reason, and this only how it came about.</summary>
    private void Break(string reason, bool byPeer) => End(Volatile.Read(ref _told) ?? Volatile.Read(ref _closing) ?? new PeerClose(PeerClose.Abnormal, reason, byPeer));

    /// <summary>The one place where it ends; the first reason stays.</summary>
    private void End(PeerClose close)
    {
        if (!_ended.TrySetResult(close)) return;
        _queue.Complete();
        _stop.Cancel();
        _clock.Dispose();
        _socket.Abort();
        _stream.Dispose();
    }

    private int Limit() => _identified ? _settings.MaxMessageBytes : _settings.MaxMessageBytesBeforeIdentity;

    private PeerTransportException Closed() => new(
        PeerTransportFailure.Closed,
        _ended.Task.IsCompletedSuccessfully ? $"{Description} has ended: {_ended.Task.Result.Reason}" : $"{Description} is closing");

    private static string Reason(Exception fault) => fault.InnerException is IOException { Message: var inner } ? inner : fault.Message;

    private static string Shortened(string reason)
    {
        if (Encoding.UTF8.GetByteCount(reason) <= MaxReasonBytes) return reason;
        var length = Math.Min(reason.Length, MaxReasonBytes);
        while (Encoding.UTF8.GetByteCount(reason.AsSpan(0, length)) > MaxReasonBytes || char.IsHighSurrogate(reason[length - 1])) length--;
        return reason[..length];
    }

    private static TimeSpan Since(long ticks) => TimeSpan.FromMilliseconds(Math.Max(0, Environment.TickCount64 - ticks));

    private static TimeSpan TickOf(PeerSocketSettings settings)
    {
        var shortest = Math.Min(Math.Min(settings.PingInterval.TotalMilliseconds, settings.PingTimeout.TotalMilliseconds), settings.IdentityDeadline.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Clamp(shortest / 5, 10, 1000));
    }
}
