using System.Net;
using System.Net.Sockets;
using System.Text;
using Harper.Host.Configuration;
using Harper.Host.Http;
using Harper.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using HttpListener = Harper.Host.Http.HttpListener;

namespace Harper.Tests.Host;

/// <summary>No address can take all connections of a listener from the others.</summary>
public sealed class AddressCountSpecs
{
    [Fact]
    public void An_address_should_have_so_many_and_no_more_and_others_theirs_all_the_same()
    {
        var (one, other) = (IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3"));
        var count = new AddressCount(3);
        Assert.All(Enumerable.Range(0, 3), _ => Assert.True(count.TryEnter(one)));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.False(count.TryEnter(one)));
        Assert.True(count.TryEnter(other));
        count.Leave(one);
        Assert.True(count.TryEnter(one));
        Assert.False(count.TryEnter(one));
    }

    [Fact]
    public void What_many_enter_and_leave_at_once_should_be_counted_right()
    {
        var (address, count) = (IPAddress.Loopback, new AddressCount(4));
        Parallel.For(0, 20_000, _ =>
        {
            if (count.TryEnter(address)) count.Leave(address);
        });
        Assert.All(Enumerable.Range(0, 4), _ => Assert.True(count.TryEnter(address)));
        Assert.False(count.TryEnter(address));
    }

    [Fact]
    public async Task A_listener_should_hang_up_on_an_address_that_has_half_of_its_connections_and_serve_others()
    {
        const string greedy = "127.0.43.62", other = "127.0.43.63";
        await using var listener = await HttpListener.StartAsync(
            new HttpListenerOptions("spec.port", new ListenAddress("127.0.43.61", 9925)) { MaxConnections = 8 }, context => context.Response.WriteAsync("hello"), NullLoggerFactory.Instance, default);
        var held = new List<Socket>();
        try
        {
            for (var i = 0; i < 4; i++)
            {
                held.Add(Open(greedy));
                Assert.True(await AnswersAsync(held[^1]));
            }
            for (var i = 0; i < 20; i++)
            {
                using var more = Open(greedy);
                Assert.False(await AnswersAsync(more));
            }
            using var another = Open(other);
            Assert.True(await AnswersAsync(another));
            Assert.True(await AnswersAsync(held[0]));

            // Whoever goes makes room.
            held[0].Dispose();
            await Wait.UntilAsync(async () =>
            {
                using var next = Open(greedy);
                return await AnswersAsync(next);
            }, "the address has room again");
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }
    }

    private static Socket Open(string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        return socket;
    }

    /// <summary>False: it was hung up on, at once or when it asked.</summary>
    private static async Task<bool> AnswersAsync(Socket socket)
    {
        try
        {
            using var patience = new CancellationTokenSource(Wait.Deadline);
            var buffer = new byte[4096];
            if (!socket.Connected) await socket.ConnectAsync(IPAddress.Parse("127.0.43.61"), 9925, patience.Token);
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), patience.Token);
            var text = "";
            while (!text.Contains("hello", StringComparison.Ordinal))
            {
                var read = await socket.ReceiveAsync(buffer, patience.Token);
                if (read == 0) return false;
                text += Encoding.ASCII.GetString(buffer, 0, read);
            }
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
