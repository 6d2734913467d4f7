using Harper.Actors.Peers;
using Harper.Actors.Subscriptions;
using Harper.Core.Sessions;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>Proves R-MON-10 and invariant 11 for the lag that a sender shows: the age of what is not confirmed, never the length of a pause before it.</summary>
public sealed class SendingLagSpecs
{
    private const double Now = 1_000_000;
    private static readonly SendingState Streaming = SendingState.Start(null!) with { Phase = SendingPhase.Streaming };
    private readonly SubscriptionProgress _progress = new();

    [Fact]
    public void What_was_just_sent_after_a_long_pause_should_not_count_the_pause()
    {
        Send(Now - 60_000);
        _progress.Confirmed(Now - 60_000);
        Send(Now - 20);
        Assert.Equal(20, Lag(head: Now - 20, inStepAt: Now - 400));
    }

    [Fact]
    public void The_oldest_unconfirmed_change_should_give_the_lag_until_it_is_confirmed()
    {
        Send(Now - 3000);
        Send(Now - 10);
        Assert.Equal(3000, Lag(head: Now - 10, inStepAt: Now));
        _progress.Confirmed(Now - 10);
        Assert.Equal(0, Lag(head: Now - 10, inStepAt: Now));
    }

    [Fact]
    public void A_stream_that_does_not_move_should_lag_since_it_was_in_step_last()
    {
        Send(Now - 60_000);
        _progress.Confirmed(Now - 60_000);
        Assert.Equal(5000, Lag(head: Now - 4000, inStepAt: Now - 5000));
        _progress.Passed(Now - 4000);
        Assert.Equal(0, Lag(head: Now - 4000, inStepAt: Now - 5000));
    }

    private double Lag(double head, double inStepAt) => SendingStatus.Lag(Streaming, _progress.Read(), head, inStepAt, Now);

    private void Send(double position)
    {
        _progress.Sending(position);
        _progress.Sent(position, 1, 1, 100);
    }
}
