using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Wire.Control;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-SEC-09 for who hangs up and dials again at once: the actor of a peer without a record ends with its last socket, and the next socket may reach it just then. It must not be
/// left without an answer.
/// </summary>
public sealed class ReturningGuestSpecs : ScriptedPeerSpecBase
{
    private const string A = "127.0.0.36", Guest = "127.0.0.37";

    [Fact]
    public async Task A_guest_that_dials_as_it_hangs_up_should_be_answered_or_told_to_dial_again()
    {
        await StartAsync(A);
        var (answered, told) = (0, 0);
        var before = await DialAsync();
        for (var i = 0; i < 200; i++)
        {
            // Both reach the node at about the same time, now the one first and now the other.
            var hangingUp = before.DisposeAsync().AsTask();
            for (var turn = 0; turn < i % 5; turn++) await Task.Yield();
            var next = await DialAsync();
            await hangingUp;
            if (await IsAnsweredAsync(next)) answered++;
            else told++;
            before = next;
        }

        await before.DisposeAsync();
        Assert.Equal(200, answered + told);
        Assert.True(answered > 100, $"{answered} were answered, {told} told to dial again");
    }

    private async Task<IPeerSocket> DialAsync()
    {
        var socket = await Network.DialAsync(Guest, A, KeyValuePair.Create("Authorization", ClusterNode.Authorization));
        await socket.SendAsync(new ControlFrame.PeerName(new NodeName(Guest), DatabaseName.Data, [], null));
        return socket;
    }

    /// <summary>False: closed with a reason. Nothing at all is the failure.</summary>
    private static async Task<bool> IsAnsweredAsync(IPeerSocket socket)
    {
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        var message = await socket.ReceiveAsync(deadline.Token);
        Assert.False(deadline.IsCancellationRequested, "nothing was said");
        return message is not null;
    }
}
