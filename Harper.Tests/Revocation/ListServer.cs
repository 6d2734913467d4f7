using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Harper.Tests.Revocation;

/// <summary>An HTTP server of a few lines that serves what a spec wants: lists, garbage, nothing, too much, too slowly.</summary>
internal sealed class ListServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<string, Func<Stream, CancellationToken, Task>> _paths = new();

    public ListServer(string address)
    {
        _listener = new TcpListener(IPAddress.Parse(address), 0);
        _listener.Start();
        Url = $"http://{address}:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _ = AcceptAsync();
    }

    public string Url { get; }

    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The requests as they came, with their headers.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    public int Count(string path) => Asked.Count(asked => asked == path);

    public string Serve(string path, byte[] body, string status = "200 OK", string headers = "") =>
        Serve(path, (stream, cancellation) => stream.WriteAsync(
            (byte[])[.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\n{headers}Connection: close\r\n\r\n"), .. body], cancellation).AsTask());

    public string Serve(string path, Func<Stream, CancellationToken, Task> answer)
    {
        _paths[path] = answer;
        return Url + path;
    }

    public void Dispose()
    {
        _ended.Cancel();
        _listener.Dispose();
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        var ended = _ended.Token;
        try
        {
            while (true) _ = AnswerAsync(await _listener.AcceptTcpClientAsync(ended), ended);
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The spec is over.
        }
    }

    private async Task AnswerAsync(TcpClient client, CancellationToken ended)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            var buffer = new byte[8192];
            var length = await stream.ReadAsync(buffer, ended);
            var head = Encoding.ASCII.GetString(buffer, 0, length);
            var path = head.Split(' ')[1];
            Heads.Enqueue(head);
            Asked.Enqueue(path);
            await (_paths.TryGetValue(path, out var answer) ? answer : Missing)(stream, ended);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or SocketException or ObjectDisposedException or IndexOutOfRangeException)
        {
            // It went away, or the spec is over.
        }
    }

    private static Task Missing(Stream stream, CancellationToken ended) =>
        stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), ended).AsTask();
}
