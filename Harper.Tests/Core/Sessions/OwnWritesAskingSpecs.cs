using Harper.Core.Sessions;
using Xunit;
using static Harper.Tests.Core.Sessions.SessionScenes;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves rule 16: when local writes of a node that may have lost some go on.</summary>
public sealed class OwnWritesAskingSpecs
{
    [Fact]
    public void A_node_without_peers_should_wait_for_nobody() => Assert.Equal(OwnWritesVerdict.Accept, OwnWritesAsking.Decide(0, [], recovers: false, synced: false));

    [Fact]
    public void Writes_should_wait_until_every_peer_that_can_be_reached_was_asked()
    {
        Assert.False(Decide(10, false, OwnWritesAnswer.Given, OwnWritesAnswer.Awaited).Open);
        Assert.Equal(OwnWritesVerdict.Accept, Decide(10, false, OwnWritesAnswer.Given, OwnWritesAnswer.Given));
        Assert.Equal(OwnWritesVerdict.Accept, Decide(10, false, OwnWritesAnswer.Given, OwnWritesAnswer.Unreachable));
    }

    [Fact]
    public void Nobody_reachable_should_mean_waiting_for_the_bound_and_an_alarm_that_names_them()
    {
        Assert.False(Decide(4_999, false, OwnWritesAnswer.Unreachable, OwnWritesAnswer.Awaited).Open);
        var late = Decide(5_000, false, OwnWritesAnswer.Unreachable, OwnWritesAnswer.Awaited);
        Assert.True(late.Open);
        Assert.Contains("127.0.0.3, 127.0.0.4 did not say", late.Alarm, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_back_after_the_bound_should_not_hold_writes_any_longer()
    {
        Assert.False(Decide(10, true, OwnWritesAnswer.Given, OwnWritesAnswer.Given).Open);
        Assert.Contains("go on coming back", Decide(5_000, true, OwnWritesAnswer.Given, OwnWritesAnswer.Given).Alarm, StringComparison.Ordinal);
        Assert.Contains("could not be read", OwnWritesAsking.Decide(5_000, null, false, true).Alarm, StringComparison.Ordinal);
    }

    [Fact]
    public void Peers_that_are_down_should_be_waited_for_a_second_where_no_power_cut_takes_writes()
    {
        Assert.False(Decide(999, false, OwnWritesAnswer.Down, OwnWritesAnswer.Down).Open);
        var down = Decide(1_000, false, OwnWritesAnswer.Down, OwnWritesAnswer.Down);
        Assert.True(down.Open);
        Assert.Contains("127.0.0.3, 127.0.0.4 did not say", down.Alarm, StringComparison.Ordinal);

        // One that may still answer, writes that are known to be lost, and a disk that may be behind are worth the whole bound.
        Assert.False(Decide(4_999, false, OwnWritesAnswer.Down, OwnWritesAnswer.Unreachable).Open);
        Assert.False(Decide(4_999, false, OwnWritesAnswer.Down, OwnWritesAnswer.Awaited).Open);
        Assert.False(Decide(4_999, true, OwnWritesAnswer.Down, OwnWritesAnswer.Down).Open);
        Assert.False(OwnWritesAsking.Decide(4_999, [(Peer, OwnWritesAnswer.Down)], recovers: false, synced: false).Open);
        Assert.Equal(OwnWritesVerdict.Accept, Decide(10, false, OwnWritesAnswer.Down, OwnWritesAnswer.Given));
    }

    private static OwnWritesVerdict Decide(double heldForMs, bool recovers, OwnWritesAnswer first, OwnWritesAnswer second) =>
        OwnWritesAsking.Decide(heldForMs, [(Peer, first), (Third, second)], recovers, synced: true);
}
