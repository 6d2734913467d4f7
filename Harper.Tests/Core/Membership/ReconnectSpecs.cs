using Harper.Actors.Peers;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Sessions;
using Xunit;

namespace Harper.Tests.Core.Membership;

/// <summary>Proves R-P2P-06 and R-CLU-17: when a peer is dialled again, and when not.</summary>
public sealed class ReconnectSpecs
{
    private static readonly ReconnectPolicy Policy = ReconnectPolicy.Default;

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 1000)]
    [InlineData(5, 8000)]
    [InlineData(7, 30000)]
    [InlineData(1000, 30000)]
    public void The_delay_should_double_up_to_half_a_minute_and_be_a_random_part_of_that(int failures, double ceiling)
    {
        Assert.Equal(ceiling, Policy.Delay(failures, 1).TotalMilliseconds);
        Assert.Equal(ceiling / 2, Policy.Delay(failures, 0.5).TotalMilliseconds);
        Assert.Equal(0, Policy.Delay(failures, 0).TotalMilliseconds);
    }

    [Fact]
    public void An_original_should_be_dialled_again_within_five_seconds_however_often_it_refused()
    {
        Assert.Equal(TimeSpan.FromSeconds(4), Policy.TowardsOriginals.Delay(4, 1));
        Assert.Equal(TimeSpan.FromSeconds(5), Policy.TowardsOriginals.Delay(1000, 1));
        Assert.Equal(TimeSpan.FromSeconds(1), (Policy with { Longest = TimeSpan.FromSeconds(1) }).TowardsOriginals.Delay(1000, 1));

        var database = new PeerDatabase(DatabaseName.Data);
        Assert.Equal(Policy, database.Reconnect(Policy));
        Assert.True(database.Saw(PeerKind.Original4).Saw(PeerKind.Unknown).Reconnect(Policy) == Policy.TowardsOriginals);
        Assert.Equal(Policy, database.Saw(PeerKind.Ours).Reconnect(Policy));
    }

    [Fact]
    public void Losses_in_a_row_should_be_counted_until_something_durable_came_or_it_stood_long_enough()
    {
        var state = DialState.New;
        for (var i = 1; i <= 4; i++) (state, _) = state.Dialling(i).Ended(DialEnd.Lost, false, i, Policy, 1);
        Assert.Equal(4, state.Failures);
        Assert.Equal(1, state.Dialling(5).Opened(6).Ended(DialEnd.Lost, true, 7, Policy, 1).Next.Failures);
        Assert.Equal(1, state.Dialling(5).Opened(6).Ended(DialEnd.Lost, false, 30_006, Policy, 1).Next.Failures);
        Assert.Equal(5, state.Dialling(5).Opened(6).Ended(DialEnd.Lost, false, 29_000, Policy, 1).Next.Failures);
    }

    [Fact]
    public void A_peer_that_is_away_should_be_known_to_be_away_since_the_first_loss()
    {
        var (state, _) = DialState.New.Dialling(100).Opened(110).Answering().Ended(DialEnd.Lost, true, 200, Policy, 1);
        (state, _) = state.Dialling(300).Ended(DialEnd.Lost, false, 310, Policy, 1);
        Assert.Equal(200, state.DisconnectedSinceMs);
        Assert.Null(state.Dialling(400).Opened(410).Answering().DisconnectedSinceMs);
    }

    [Fact]
    public void Never_again_should_hold_until_the_peer_is_encouraged()
    {
        var (state, delay) = DialState.New.Dialling(1).Opened(2).Ended(DialEnd.ForGood, true, 3, Policy, 1);
        Assert.Null(delay);
        Assert.False(state.MayDial);
        Assert.True(state.Encouraged().MayDial);
    }

    [Fact]
    public void A_connection_that_only_begins_again_should_be_dialled_at_once_but_not_for_ever()
    {
        var (state, delay) = DialState.New.Dialling(1).Opened(2).Ended(DialEnd.Resume, false, 3, Policy, 1);
        Assert.Equal(TimeSpan.Zero, delay);
        (_, delay) = state.Dialling(4).Opened(5).Ended(DialEnd.Resume, false, 6, Policy, 1);
        Assert.Equal(TimeSpan.FromSeconds(1), delay);
    }
}
