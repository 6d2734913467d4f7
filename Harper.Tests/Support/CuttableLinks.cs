using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Harper.Tests.Support;

/// <summary>
/// The way to every node of a cluster: each is reached at <see cref="Port"/> of its address, which leads to its replication port under the caller's own address, since nodes know
/// each other by that. A pair can be cut: what stands between the two breaks, and what is opened afterwards is refused.
/// </summary>
internal sealed class CuttableLinks : IAsyncDisposable
{
    public const int Port = 9934;
    private const int ReplicationPort = 9933;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<TcpListener> _listeners = [];
    private readonly ConcurrentDictionary<Socket, (string Low, string High)> _open = new();
    private readonly ConcurrentDictionary<(string Low, string High), bool> _cut = new();
    private readonly List<Task> _running = [];
    private TaskCompletionSource _go = new();
    private long _left = long.MaxValue;
    private int _held;

    public static string UrlOf(string address) => $"ws://{address}:{Port}";

    public void Open(string address)
    {
        var listener = new TcpListener(IPAddress.Parse(address), Port);
        listener.Start();
        _listeners.Add(listener);
        _running.Add(AcceptAsync(listener, address));
    }

    public void Cut(string one, string other)
    {
        var pair = Pair(one, other);
        _cut[pair] = true;
        foreach (var (socket, between) in _open)
            if (between == pair) socket.Dispose();
    }

    public void Mend(string one, string other) => _cut.TryRemove(Pair(one, other), out _);

    /// <summary>Nothing passes any more, between whomever, once so many bytes have passed from now on; nothing breaks.</summary>
    public void HoldAfter(long bytes)
    {
        _go = new TaskCompletionSource();
        Interlocked.Exchange(ref _left, bytes);
    }

    /// <summary>Something waits to be let pass.</summary>
    public bool IsHeld => Volatile.Read(ref _held) > 0;

    public void Release()
    {
        Interlocked.Exchange(ref _left, long.MaxValue);
        _go.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var listener in _listeners) listener.Dispose();
        foreach (var socket in _open.Keys) socket.Dispose();
        await Task.WhenAll(_running);
        _stopping.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener, string address)
    {
        try
        {
            while (true) _ = ForwardAsync(await listener.AcceptSocketAsync(_stopping.Token), address);
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The cluster is over.
        }
    }

    private async Task ForwardAsync(Socket caller, string address)
    {
        using var from = caller;
        using var to = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            var who = ((IPEndPoint)from.RemoteEndPoint!).Address;
            var pair = Pair(who.ToString(), address);
            (_open[from], _open[to]) = (pair, pair);
            if (_cut.ContainsKey(pair)) return;
            to.Bind(new IPEndPoint(who, 0));
            await to.ConnectAsync(IPAddress.Parse(address), ReplicationPort, _stopping.Token);
            await Task.WhenAny(PumpAsync(from, to), PumpAsync(to, from));
        }
        catch (Exception broken) when (broken is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut, or one end is gone.
        }
        finally
        {
            _open.TryRemove(from, out _);
            _open.TryRemove(to, out _);
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stopping.Token) is var count and > 0)
            {
                if (Interlocked.Add(ref _left, -count) < 0) await HeldAsync();
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stopping.Token);
            }
        }
        catch (Exception broken) when (broken is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The other end is told by the socket that closes.
        }
    }

    private async Task HeldAsync()
    {
        Interlocked.Increment(ref _held);
        try
        {
            await _go.Task.WaitAsync(_stopping.Token);
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }
    }

    private static (string Low, string High) Pair(string one, string other) => string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
}
