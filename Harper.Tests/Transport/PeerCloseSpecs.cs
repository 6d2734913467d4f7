using Harper.Actors.Transport;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Transport;

/// <summary>Why a connection ended is what the peer said of it, whatever breaks while it is answered. Proves R-P2P-07 for refusals, which are told nowhere else.</summary>
public sealed class PeerCloseSpecs
{
    [Fact]
    public async Task What_a_peer_said_when_it_closed_should_stand_although_a_ping_finds_the_connection_gone()
    {
        using var connection = new ClosedByPeerStream("no hdb_nodes entry for stranger"u8);
        var settings = new PeerSocketSettings { PingInterval = TimeSpan.FromMilliseconds(10) };
        await using var socket = WebSocketPeerSocket.Over(connection, dialled: true, "to who refuses", settings);
        Assert.Null(await socket.ReceiveAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken));
        Assert.True(connection.Broke, "no write failed");
        Assert.Equal(new PeerClose(PeerClose.Policy, "no hdb_nodes entry for stranger", ByPeer: true), await socket.Ended);
    }

    /// <summary>A connection whose peer closes at once and is gone when that was answered: reading ends only after a write has failed.</summary>
    private sealed class ClosedByPeerStream : TwoWayStream
    {
        private readonly byte[] _close;
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _broke = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _reads;

        public ClosedByPeerStream(ReadOnlySpan<byte> reason) => _close = [0x88, (byte)(reason.Length + 2), PeerClose.Policy >> 8, PeerClose.Policy & 0xFF, .. reason];

        public bool Broke => _broke.Task.IsCompleted;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var at = Interlocked.Add(ref _reads, buffer.Length) - buffer.Length;
            if (at < _close.Length)
            {
                var length = Math.Min(buffer.Length, _close.Length - at);
                _close.AsMemory(at, length).CopyTo(buffer);
                return length;
            }

            await _broke.Task.WaitAsync(Wait.Deadline, CancellationToken.None);
            return 0;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_answered.Task.IsCompleted)
            {
                _broke.TrySetResult();
                throw new IOException("Cannot access a closed stream.");
            }

            if ((buffer.Span[0] & 0x0F) == 0x08) _answered.TrySetResult();
            return ValueTask.CompletedTask;
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
