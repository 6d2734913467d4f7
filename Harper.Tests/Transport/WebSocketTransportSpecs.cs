using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Harper.Actors.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Transport;

/// <summary>The sockets over Kestrel and TCP, and what only a network shows: addresses, other servers, other clients. Proves R-IP-04.</summary>
public sealed class WebSocketTransportSpecs : PeerTransportSpecBase
{
    private readonly WebSocketTransport _transport = new();
    private readonly List<WebApplication> _servers = [];
    private IPAddress? _remote;

    protected override IPeerTransport Transport => _transport;

    public override async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
        _transport.Dispose();
    }

    protected override Task<Uri> ListenAsync(PeerSocketSettings settings, Func<IPeerSocket, Task> accepted) => ServeAsync(async context =>
    {
        _remote = context.Connection.RemoteIpAddress;
        await accepted(await WebSocketTransport.AcceptAsync(context, settings));
    });

    [Fact]
    public async Task The_dialler_should_bind_its_own_loopback_address()
    {
        var accepted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var url = await ListenAsync(new PeerSocketSettings(), async socket =>
        {
            accepted.TrySetResult();
            await socket.Ended;
        });
        var local = PeerDial.LocalAddressOf("127.0.2.77");
        await using var socket = await _transport.DialAsync(Dial(url, local: local), Cancellation);
        await accepted.Task.WaitAsync(Soon, Cancellation);
        Assert.Equal("127.0.2.77", _remote!.MapToIPv4().ToString());
        Assert.Null(PeerDial.LocalAddressOf("server-one"));
    }

    [Fact]
    public async Task Headers_should_reach_the_acceptor()
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var url = await ServeAsync(async context =>
        {
            seen.TrySetResult(context.Request.Headers.Authorization.ToString());
            await (await WebSocketTransport.AcceptAsync(context, new PeerSocketSettings())).Ended;
        });
        var dial = Dial(url) with { Headers = [new("Authorization", "Basic YWRtaW46cGFzcw==")] };
        await using var socket = await _transport.DialAsync(dial, Cancellation);
        Assert.Equal("Basic YWRtaW46cGFzcw==", await seen.Task.WaitAsync(Soon, Cancellation));
    }

    [Fact]
    public async Task A_server_that_opens_no_WebSocket_should_be_called_a_refusal()
    {
        var url = await ServeAsync(context =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        });
        var fault = await Assert.ThrowsAsync<PeerTransportException>(() => _transport.DialAsync(Dial(url), Cancellation));
        Assert.Equal(PeerTransportFailure.Refused, fault.Failure);
        Assert.Contains("401", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_answers_should_cost_no_more_than_the_deadline()
    {
        using var listener = new TcpListener(IPAddress.Parse("127.0.2.1"), 0);
        listener.Start();
        var dial = Dial(new Uri($"ws://{listener.LocalEndpoint}")) with { Deadline = TimeSpan.FromMilliseconds(300) };
        var fault = await Assert.ThrowsAsync<PeerTransportException>(() => _transport.DialAsync(dial, Cancellation));
        Assert.Equal(PeerTransportFailure.TimedOut, fault.Failure);
    }

    [Fact]
    public Task A_foreign_client_should_be_understood_and_its_pings_answered() => Wait.AtSomePaceAsync(TimeSpan.FromMilliseconds(400), async timeout =>
    {
        var url = await ListenAsync(new PeerSocketSettings(), async socket =>
        {
            socket.Identified();
            while (await socket.ReceiveAsync(Cancellation) is { } message) await socket.SendAsync(message, Cancellation);
        });
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol(WebSocketTransport.SubProtocol);
        client.Options.KeepAliveInterval = timeout / 8;
        client.Options.KeepAliveTimeout = timeout;
        await client.ConnectAsync(url, Cancellation);
        Assert.Equal(WebSocketTransport.SubProtocol, client.SubProtocol);
        var buffer = new byte[100];
        var receiving = client.ReceiveAsync(buffer.AsMemory(), Cancellation).AsTask();
        // Longer than its keep-alive time-out: it lives only because its pings were answered.
        await Wait.PassAsync(timeout * 3, receiving);
        Assert.Equal(WebSocketState.Open, client.State);
        await client.SendAsync(new byte[] { 1, 2 }, WebSocketMessageType.Binary, endOfMessage: false, Cancellation);
        await client.SendAsync(new byte[] { 3 }, WebSocketMessageType.Binary, endOfMessage: true, Cancellation);
        Assert.Equal(3, (await receiving.WaitAsync(Soon, Cancellation)).Count);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Cancellation);
    });

    [Fact]
    public async Task A_client_of_another_sub_protocol_should_not_be_taken_for_a_peer()
    {
        var url = await ServeAsync(context =>
        {
            context.Response.StatusCode = WebSocketTransport.IsPeerRequest(context) ? 500 : 426;
            return Task.CompletedTask;
        });
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("chat");
        var fault = await Assert.ThrowsAsync<WebSocketException>(() => client.ConnectAsync(url, Cancellation));
        Assert.Contains("426", fault.Message, StringComparison.Ordinal);
    }

    private async Task<Uri> ServeAsync(Func<HttpContext, Task> serve)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse("127.0.2.1"), 0));
        var server = builder.Build();
        server.Run(serve.Invoke);
        await server.StartAsync(Cancellation);
        _servers.Add(server);
        return new Uri(server.Urls.First().Replace("http://", "ws://", StringComparison.Ordinal));
    }
}
