using Harper.Core.Identity;
using Harper.Core.TransactionLog;
using Xunit;

namespace Harper.Tests.Core;

/// <summary>What may go from the log, and when. Proves rules 13, 21 (a served copy keeps its log) and 25, R-SYN-12.</summary>
public sealed class RetentionPolicySpecs
{
    private static readonly LogState Log = new(Now: 1000, Oldest: 100, Head: 990, LogBytes: 500, RetentionMs: 300, MaxBytes: 1000, AwayGraceMs: 500, CapGraceMs: 50);

    [Fact]
    public void Entries_should_go_by_age() => Assert.Equal(700, TrimTo(Log, [], []));

    [Fact]
    public void Nothing_should_be_trimmed_when_the_oldest_entry_is_young_enough() =>
        Assert.Null(TrimTo(Log with { Oldest = 750 }, [], []));

    [Fact]
    public void What_a_connected_or_briefly_absent_member_has_not_confirmed_should_stay()
    {
        Assert.Equal(400, TrimTo(Log, [Reader(400, null)], []));
        Assert.Equal(400, TrimTo(Log, [Reader(400, 600)], []));
    }

    [Fact]
    public void A_member_that_is_away_for_too_long_should_not_be_waited_for() =>
        Assert.Equal(700, TrimTo(Log, [Reader(150, 400)], []));

    [Fact]
    public void A_member_that_never_confirmed_anything_should_not_hold_the_log_it_will_copy_instead() =>
        Assert.Equal(700, TrimTo(Log, [Reader(null, null)], []));

    [Fact]
    public void Above_the_byte_cap_the_oldest_should_go_whatever_their_age()
    {
        var over = Log with { LogBytes = 2000, RetentionMs = 10_000 };
        Assert.Equal(100 + (890 * 0.5), TrimTo(over, [], []));
        Assert.Equal(TrimCause.Size, RetentionPolicy.Decide(over, [], [])!.Cause);
    }

    [Fact]
    public void Above_the_byte_cap_a_member_that_is_here_or_briefly_away_should_still_be_waited_for()
    {
        var over = Log with { LogBytes = 2000 };
        Assert.Equal(200, TrimTo(over, [Reader(200, null)], []));
        Assert.Equal(200, TrimTo(over, [Reader(200, 960)], []));
        // Away for longer than the grace above the cap, though not for longer than the one below it.
        Assert.Equal(545, TrimTo(over, [Reader(200, 900)], []));
    }

    [Fact]
    public void Above_twice_the_cap_nobody_should_be_waited_for_and_the_members_cut_off_should_be_named()
    {
        var trim = RetentionPolicy.Decide(Log with { LogBytes = 4000 }, [Reader(200, null), Reader(989, null), Reader(null, null)], [])!;
        Assert.Equal(100 + (890 * 0.75), trim.UpTo);
        Assert.Equal(TrimCause.DiskInDanger, trim.Cause);
        Assert.Equal([Reader(200, null)], trim.CutOff);
    }

    [Fact]
    public void A_copy_that_is_being_served_should_keep_its_log_even_above_the_cap() =>
        Assert.Equal(150, TrimTo(Log with { LogBytes = 4000 }, [], [150, 600]));

    [Fact]
    public void A_moment_should_be_settled_when_every_member_has_confirmed_it_and_nothing_older_is_on_its_way()
    {
        var mark = SettlementMark.At(500);
        Assert.Equal(500, SettlementPolicy.SettleTo(mark, [new SettlementMember(500, true), new SettlementMember(700, true)]));
        Assert.Null(SettlementPolicy.SettleTo(mark, [new SettlementMember(499, true)]));
        Assert.Null(SettlementPolicy.SettleTo(mark, [new SettlementMember(null, true)]));
        Assert.Null(SettlementPolicy.SettleTo(mark, [new SettlementMember(700, false)]));
    }

    [Fact]
    public void What_arrived_after_the_moment_with_an_older_version_should_not_be_settled_with_it()
    {
        var settleTo = SettlementPolicy.SettleTo(SettlementMark.At(500).With(400), [new SettlementMember(700, true)]);
        Assert.True(settleTo < 400);
        Assert.Equal(500, SettlementPolicy.SettleTo(SettlementMark.At(500).With(501), []));
    }

    private static LogReader Reader(double? confirmed, double? awaySince) => new(new NodeName("peer"), confirmed, awaySince);

    private static double? TrimTo(LogState log, IReadOnlyList<LogReader> readers, IEnumerable<double> held) => RetentionPolicy.Decide(log, readers, held)?.UpTo;
}
