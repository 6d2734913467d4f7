using System.Buffers;
using System.Security.Cryptography;

namespace Harper.Actors.Transport;

/// <summary>
/// Between a WebSocket and its connection: gathers small frames into writes of 64 KiB while more is waiting, puts pings between frames,
/// and sees what moves. Each write of the WebSocket is one whole frame, so that a ping never falls into the middle of one.
/// </summary>
internal sealed class PeerStream(Stream inner, int flushAtBytes, bool masks) : Stream
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ArrayBufferWriter<byte> _gathered = new(4096);
    private readonly PongWatch? _pongs;
    private long _lastRead = Environment.TickCount64;
    private long _lastWritten = Environment.TickCount64;
    private volatile bool _corked;

    public PeerStream(Stream inner, int flushAtBytes, bool masks, Action<ulong> onPong) : this(inner, flushAtBytes, masks) =>
        _pongs = new PongWatch(onPong);

    /// <summary>While true, what is written waits for more.</summary>
    public bool Corked
    {
        get => _corked;
        set => _corked = value;
    }

    public long LastReadTicks => Volatile.Read(ref _lastRead);

    public long LastWrittenTicks => Volatile.Read(ref _lastWritten);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sends a ping that carries <paramref name="mark"/>; the pong brings it back.</summary>
    public async Task PingAsync(ulong mark, CancellationToken cancellation)
    {
        var frame = new byte[masks ? 14 : 10];
        frame[0] = 0x89;
        frame[1] = (byte)(masks ? 0x88 : 0x08);
        var payload = frame.AsSpan(frame.Length - 8);
        BitConverter.TryWriteBytes(payload, mark);
        if (masks)
        {
            var mask = frame.AsSpan(2, 4);
            RandomNumberGenerator.Fill(mask);
            for (var i = 0; i < payload.Length; i++) payload[i] ^= mask[i & 3];
        }
        await _writing.WaitAsync(cancellation);
        try
        {
            _gathered.Write(frame);
            await DrainAsync(cancellation);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (_gathered.WrittenCount > 0 && _gathered.WrittenCount + buffer.Length > flushAtBytes) await DrainAsync(cancellationToken);
            if (buffer.Length < flushAtBytes)
            {
                _gathered.Write(buffer.Span);
                return;
            }
            await inner.WriteAsync(buffer, cancellationToken);
            Volatile.Write(ref _lastWritten, Environment.TickCount64);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_corked) return;
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await DrainAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        if (count > 0)
        {
            Volatile.Write(ref _lastRead, Environment.TickCount64);
            _pongs?.See(buffer.Span[..count]);
        }
        return count;
    }

    /// <summary>A receiver that did not ask heard nothing: its silence begins now.</summary>
    public void HearFromNow() => Volatile.Write(ref _lastRead, Environment.TickCount64);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask DrainAsync(CancellationToken cancellation)
    {
        if (_gathered.WrittenCount == 0) return;
        await inner.WriteAsync(_gathered.WrittenMemory, cancellation);
        _gathered.ResetWrittenCount();
        await inner.FlushAsync(cancellation);
        Volatile.Write(ref _lastWritten, Environment.TickCount64);
    }
}
