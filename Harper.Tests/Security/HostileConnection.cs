using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Harper.Tests.Support;

namespace Harper.Tests.Security;

/// <summary>A TCP connection that says exactly what it is told, right or wrong, from an address of its choice.</summary>
internal sealed class HostileConnection : IDisposable
{
    private readonly Socket _socket;

    private HostileConnection(Socket socket) => _socket = socket;

    public static async Task<HostileConnection> OpenAsync(string from, string to, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        using var patience = new CancellationTokenSource(Wait.Deadline);
        await socket.ConnectAsync(IPAddress.Parse(to), port, patience.Token);
        return new HostileConnection(socket);
    }

    /// <summary>Opens a WebSocket as a peer does.</summary>
    public async Task UpgradeAsync(string host)
    {
        await TrySendAsync(Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: {host}:9933\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "Sec-WebSocket-Protocol: harperdb-replication-v1\r\n\r\n"));
        var answer = await ReadAsync();
        if (!answer.StartsWith("HTTP/1.1 101", StringComparison.Ordinal)) throw new InvalidOperationException(answer);
    }

    /// <summary>A frame as the protocol has it, but for what is told otherwise.</summary>
    public Task<bool> FrameAsync(ReadOnlyMemory<byte> payload, byte head = 0x82, ulong? claimed = null)
    {
        var length = claimed ?? (ulong)payload.Length;
        var frame = new List<byte> { head };
        Span<byte> number = stackalloc byte[8];
        if (length < 126) frame.Add((byte)(0x80 | length));
        else if (length <= ushort.MaxValue)
        {
            frame.Add(0x80 | 126);
            BinaryPrimitives.WriteUInt16BigEndian(number, (ushort)length);
            frame.AddRange(number[..2]);
        }
        else
        {
            frame.Add(0x80 | 127);
            BinaryPrimitives.WriteUInt64BigEndian(number, length);
            frame.AddRange(number);
        }
        frame.AddRange([0, 0, 0, 0]);
        frame.AddRange(payload.Span);
        return TrySendAsync(frame.ToArray());
    }

    /// <summary>False: the other end has gone.</summary>
    public async Task<bool> TrySendAsync(ReadOnlyMemory<byte> bytes, int seconds = 10)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
            await _socket.SendAsync(bytes, patience.Token);
            return true;
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }

    public async Task<string> ReadAsync(int seconds = Wait.Seconds)
    {
        var buffer = new byte[64 * 1024];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        return Encoding.Latin1.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, patience.Token));
    }

    /// <summary>Whether the other end hangs up in time.</summary>
    public async Task<bool> EndsAsync(int seconds = 120) => await ReadToEndAsync(seconds) is not null;

    /// <summary>Everything that the other end says until it hangs up; null: it does not, whatever it goes on to say.</summary>
    public async Task<string?> ReadToEndAsync(int seconds = Wait.Seconds)
    {
        var all = new StringBuilder();
        var watch = Stopwatch.StartNew();
        try
        {
            while (await ReadAsync(Math.Max(1, seconds - (int)watch.Elapsed.TotalSeconds)) is { Length: > 0 } some)
            {
                if (watch.Elapsed.TotalSeconds > seconds) return null;
                all.Append(some);
            }
            return all.ToString();
        }
        catch (SocketException)
        {
            return all.ToString();
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose() => _socket.Dispose();
}
