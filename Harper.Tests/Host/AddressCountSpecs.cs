using System.Net;
using Harper.Host.Http;
using Xunit;

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
}
