using System.Net;
using System.Text.Json;
using Harper.Actors.Cluster;
using Harper.Actors.Membership;
using Harper.Actors.Operations;
using Harper.Actors.Peers;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Wire.Control;
using Harper.Tests.Core.Membership;
using Harper.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>
/// Proves R-SEC-09 and R-CLU-04 for a node that is too busy to look at credentials: whoever brings them is told that, and not that they are wrong.
/// </summary>
public sealed class BusyDoorSpecs
{
    private const string Address = "127.0.0.2:9933";
    private static readonly Uri Url = new($"ws://{Address}");
    private readonly InMemoryTransport _network = new();
    private readonly MembershipView _view = new(MembershipFixtures.Settings());

    [Fact]
    public async Task Credentials_that_nobody_could_look_at_should_not_be_called_wrong()
    {
        var failure = await CallAsync((_, _) => throw new OperationError(503, "Too many log-ins at once, try again"));
        Assert.Equal(("Connection closed Too many log-ins at once, try again 1011", false), (failure.Message, failure.Answered));
    }

    [Fact]
    public async Task A_check_of_credentials_that_takes_too_long_should_end_as_a_time_out()
    {
        var failure = await CallAsync(
            async (_, stopping) =>
            {
                await Task.Delay(Timeout.Infinite, stopping);
                return null;
            }, new PeerSocketSettings { IdentityDeadline = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(("Connection closed who connects was not decided within 0.3 s, the node is busy: try again 1011", false), (failure.Message, failure.Answered));
    }

    [Fact]
    public async Task A_node_that_does_not_know_its_members_yet_should_say_that_it_starts()
    {
        var failure = await CallAsync((_, _) => new ValueTask<Caller?>(new Caller("admin", true)), ready: false);
        Assert.Equal(("Connection closed the node is starting, try again 1001", false), (failure.Message, failure.Answered));
    }

    [Fact]
    public async Task Credentials_that_are_wrong_should_still_be_called_wrong()
    {
        var failure = await CallAsync((_, _) => new ValueTask<Caller?>((Caller?)null));
        Assert.StartsWith("Connection closed Unauthorized 1008: 'authorization' must hold", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.Answered);
    }

    [Fact]
    public async Task Whoever_is_refused_and_says_nothing_should_be_told_why_all_the_same()
    {
        Listen((_, _) => default, new PeerSocketSettings { IdentityDeadline = Wait.Deadline }, ready: true);
        await using var socket = await _network.DialAsync(
            new PeerDial(Url, IPAddress.Parse("127.0.0.9"), [], Wait.Deadline, new PeerSocketSettings()), TestContext.Current.CancellationToken);
        Assert.Null(await socket.ReceiveAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Wait.Deadline, TestContext.Current.CancellationToken));
        var close = await socket.Ended;
        Assert.Equal(PeerClose.Policy, close.Code);
        Assert.StartsWith("no hdb_nodes entry for IP 127.0.0.9", close.Reason, StringComparison.Ordinal);
    }

    private async Task<PeerCallException> CallAsync(
        Func<string, CancellationToken, ValueTask<Caller?>> check, PeerSocketSettings? settings = null, bool ready = true)
    {
        Listen(check, settings ?? new PeerSocketSettings { IdentityDeadline = Wait.Deadline }, ready);
        var calls = new PeerCalls(_network, new NodeName("127.0.0.9"), new PeerSocketSettings());
        return await Assert.ThrowsAsync<PeerCallException>(() => calls.CallAsync(
            Url, "Basic YWRtaW46c2VjcmV0", """{"operation":"add_node_back"}"""u8.ToArray(), Wait.Deadline, TestContext.Current.CancellationToken));
    }

    private void Listen(Func<string, CancellationToken, ValueTask<Caller?>> check, PeerSocketSettings settings, bool ready)
    {
        if (ready) _view.Publish(MembershipSnapshot.Empty(_view.Settings));
        var acceptor = new PeerAcceptor(_view, new Checking(check), new Answering(), NullLogger<PeerAcceptor>.Instance);
        _network.Listen(Address, settings, (socket, dial) => acceptor.AcceptAsync(
            socket, new SocketOrigin(dial.LocalAddress!), dial.Headers.Select(header => header.Value).FirstOrDefault(), TestContext.Current.CancellationToken));
    }

    private sealed class Checking(Func<string, CancellationToken, ValueTask<Caller?>> check) : IPeerCredentials
    {
        public ValueTask<Caller?> AuthenticateAsync(string authorization, CancellationToken cancellation) => check(authorization, cancellation);
    }

    private sealed class Answering : IPeerCallOperations
    {
        public Task<ControlFrame.OperationResponse> RunAsync(Caller caller, ControlFrame.OperationRequest request, CancellationToken cancellation) =>
            Task.FromResult(new ControlFrame.OperationResponse(request.RequestId, JsonSerializer.SerializeToUtf8Bytes(new { message = "done" })));
    }
}
