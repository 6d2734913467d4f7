using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Harper.Bench.Ceilings;

/// <summary>A WebSocket over loopback, both ends in this process: what a stream of messages could carry if nobody made or read them.</summary>
internal static class SocketCeiling
{
    private const int MessageBytes = 64 << 10;
    private const int Messages = 10_000;

    public static double Run() => RunAsync().GetAwaiter().GetResult();

    private static async Task<double> RunAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var server = await listener.AcceptTcpClientAsync();
        using var sending = WebSocket.CreateFromStream(client.GetStream(), new WebSocketCreationOptions());
        using var receiving = WebSocket.CreateFromStream(server.GetStream(), new WebSocketCreationOptions { IsServer = true });
        var watch = Stopwatch.StartNew();
        var reading = Task.Run(async () =>
        {
            var buffer = new byte[MessageBytes];
            for (long left = (long)Messages * MessageBytes; left > 0;) left -= (await receiving.ReceiveAsync(buffer.AsMemory(), default)).Count;
        });
        var message = new byte[MessageBytes];
        for (var i = 0; i < Messages; i++) await sending.SendAsync(message, WebSocketMessageType.Binary, true, default);
        await reading;
        return Messages * (double)MessageBytes / 1e6 / watch.Elapsed.TotalSeconds;
    }
}
