using System.Net;
using System.Net.Sockets;
using System.Text;
using Harper.Bench.Systems;

namespace Harper.Bench.Load;

/// <summary>
/// One keep-alive connection to an operations port that sends requests made beforehand and waits for each answer: the least work a client can have, so
/// that the load takes little of the CPU that the nodes share with it. Used by one thread.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[64 << 10];
    private int _filled;

    /// <param name="patience">How long an answer may take; two minutes without.</param>
    public RawConnection(IPEndPoint server, TimeSpan? patience = null)
    {
        _socket.ReceiveTimeout = _socket.SendTimeout = (int)(patience ?? TimeSpan.FromMinutes(2)).TotalMilliseconds;
        _socket.Connect(server);
    }

    /// <summary>A whole request: head and body.</summary>
    public static byte[] Request(string body)
    {
        var credentials = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{BenchNode.User}:{BenchNode.Password}"));
        var bytes = Encoding.UTF8.GetBytes(body);
        var head = Encoding.ASCII.GetBytes(
            $"POST / HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {credentials}\r\nContent-Type: application/json\r\nContent-Length: {bytes.Length}\r\n\r\n");
        return [.. head, .. bytes];
    }

    /// <summary>Sends and returns the answer's body, which is good until the next call.</summary>
    /// <exception cref="BenchFailure">Any status but 200.</exception>
    public ReadOnlySpan<byte> Send(byte[] request)
    {
        for (var sent = 0; sent < request.Length;) sent += _socket.Send(request.AsSpan(sent));
        var answer = Read(out var status);
        return status == 200 ? answer : throw new BenchFailure($"the node answered {status}: {Encoding.UTF8.GetString(answer)}");
    }

    public void Dispose() => _socket.Dispose();

    private ReadOnlySpan<byte> Read(out int status)
    {
        _filled = 0;
        int end;
        while ((end = _buffer.AsSpan(0, _filled).IndexOf(HeadEnd)) < 0) Fill();
        var body = end + HeadEnd.Length;
        var head = Encoding.ASCII.GetString(_buffer, 0, end);
        status = int.Parse(head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
        if (Field(head, "content-length") is { } length)
        {
            var wanted = body + int.Parse(length, System.Globalization.CultureInfo.InvariantCulture);
            while (_filled < wanted) Fill();
            return _buffer.AsSpan(body, wanted - body);
        }

        // Chunked, as searches are answered: small answers come as one chunk, so waiting for the last chunk is enough here.
        while (!_buffer.AsSpan(0, _filled).EndsWith("0\r\n\r\n"u8)) Fill();
        return _buffer.AsSpan(body, _filled - body);
    }

    private static string? Field(string head, string name)
    {
        foreach (var line in head.Split("\r\n"))
            if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
                return line[(name.Length + 1)..].Trim();
        return null;
    }

    private void Fill()
    {
        if (_filled == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var count = _socket.Receive(_buffer.AsSpan(_filled));
        if (count == 0) throw new BenchFailure("the node closed the connection");
        _filled += count;
    }
}
