using Harper.Actors.Subscriptions;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>How much a sender may have under way, also when its stream is stopped: what was not sent uses nothing up.</summary>
public sealed class CreditGateSpecs
{
    [Fact]
    public async Task A_message_should_wait_until_enough_is_granted_and_may_overshoot_once()
    {
        var gate = new CreditGate(granted: true);
        gate.Grant(100);
        await gate.UseAsync(250, TestContext.Current.CancellationToken);
        var next = gate.UseAsync(1, TestContext.Current.CancellationToken).AsTask();
        gate.Grant(250);
        Assert.False(next.IsCompleted);
        gate.Grant(251);
        await next.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_was_not_sent_should_be_free_again()
    {
        var gate = new CreditGate(granted: true);
        gate.Grant(100);
        await gate.UseAsync(100, TestContext.Current.CancellationToken);
        var next = gate.UseAsync(100, TestContext.Current.CancellationToken).AsTask();
        Assert.False(next.IsCompleted);
        gate.Return(100);
        await next.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_original_grants_nothing_and_should_wait_for_nothing() =>
        await new CreditGate(granted: false).UseAsync(1 << 30, TestContext.Current.CancellationToken);
}
