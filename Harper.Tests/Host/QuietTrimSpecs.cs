using Harper.Host.Composition;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>When a node gives memory back: once after it has worked, never while it does.</summary>
public sealed class QuietTrimSpecs
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public void Memory_should_be_given_back_once_when_work_has_ended()
    {
        var plan = new QuietTrimPlan(0, 0);
        Assert.False(Look(ref plan, 20 * Megabyte));
        Assert.True(Look(ref plan, 21 * Megabyte));
        Assert.False(Look(ref plan, 21 * Megabyte));
        Assert.False(Look(ref plan, 90 * Megabyte));
        Assert.False(Look(ref plan, 150 * Megabyte));
        Assert.True(Look(ref plan, 151 * Megabyte));
        Assert.False(Look(ref plan, 152 * Megabyte));
    }

    private static bool Look(ref QuietTrimPlan plan, long allocated)
    {
        (plan, var trim) = plan.Next(allocated);
        return trim;
    }
}
