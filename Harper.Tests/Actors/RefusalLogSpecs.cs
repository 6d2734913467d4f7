using System.Net;
using Harper.Actors.Peers;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>X32, X36: what a refused caller costs the log, however often it comes and from however many addresses.</summary>
public sealed class RefusalLogSpecs
{
    private readonly HandMovedTime _time = new();

    [Fact]
    public void An_address_should_have_a_line_a_minute_that_counts_what_was_left_out()
    {
        var log = new RefusalLog(_time);
        var address = IPAddress.Parse("10.0.0.1");
        Assert.Equal(0, log.Count(address));
        for (var i = 0; i < 500; i++) Assert.Null(log.Count(address));
        Assert.Equal(0, log.Count(IPAddress.Parse("10.0.0.2")));
        _time.Move(RefusalLog.Quiet - TimeSpan.FromSeconds(1));
        Assert.Null(log.Count(address));
        _time.Move(TimeSpan.FromSeconds(1));
        Assert.Equal(501, log.Count(address));
        Assert.Null(log.Count(address));
        Assert.Equal(" (501 more since the last line)", RefusalLog.More(501));
        Assert.Equal("", RefusalLog.More(0));
    }

    [Fact]
    public void More_addresses_than_are_told_apart_should_share_one_line_a_minute()
    {
        var log = new RefusalLog(_time);
        var lines = 0;
        for (var minute = 0; minute < 3; minute++)
        {
            for (var i = 0; i < 20_000; i++)
                if (log.Count(new IPAddress(i)) is not null) lines++;
            Assert.InRange(lines, 1, (minute + 1) * (RefusalLog.MostAddresses + 1));
            _time.Move(RefusalLog.Quiet);
        }
        Assert.Equal(3 * (RefusalLog.MostAddresses + 1), lines);
    }
}
