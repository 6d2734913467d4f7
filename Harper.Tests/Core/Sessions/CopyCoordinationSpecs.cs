using Harper.Core.Sessions;
using Xunit;
using static Harper.Tests.Core.Sessions.SessionScenes;

namespace Harper.Tests.Core.Sessions;

/// <summary>Proves rules 13 and 21 across the sessions of a node (R-SYN-01, R-SYN-02): one copy at a time, from whoever is reached first.</summary>
public sealed class CopyCoordinationSpecs
{
    private static readonly CopyCoordination Two = CopyCoordination.Empty.Joined(1, Peer).State.Joined(2, Third).State;

    [Fact]
    public void Only_the_first_should_copy_and_the_other_should_wait_and_be_asked_again()
    {
        var (first, effects) = Two.Asked(1, copy: true);
        Assert.Contains(new CoordinationEffect.GiveTurn(1, true), effects);
        Assert.Contains(new CoordinationEffect.OwnCopy(true), effects);

        var (second, nothing) = first.Asked(2, copy: true);
        Assert.Empty(nothing);

        Assert.Equal([new CoordinationEffect.OwnCopy(false), new CoordinationEffect.AskAgain(2)], second.CopyEnded(1).Effects);
    }

    [Fact]
    public void A_copy_should_make_those_who_stream_yield()
    {
        var streaming = Two.Asked(1, copy: false).State;

        Assert.Contains(new CoordinationEffect.Yield(1), streaming.Asked(2, copy: true).Effects);
    }

    [Fact]
    public void A_source_that_dies_should_leave_its_turn_to_the_next()
    {
        var copying = Two.Asked(1, copy: true).State.Asked(2, copy: true).State;

        Assert.Contains(new CoordinationEffect.AskAgain(2), copying.Left(1).Effects);
    }

    [Fact]
    public void A_source_that_does_not_begin_should_leave_its_turn_to_the_others()
    {
        var copying = Two.Asked(1, copy: true).State.Asked(2, copy: true).State;

        Assert.Equal([new CoordinationEffect.AskAgain(2)], copying.Passed(1).Effects.Where(effect => effect is not CoordinationEffect.Sources));
    }

    [Fact]
    public void Whoever_copied_should_count_as_the_source_for_as_long_as_its_socket_is_open()
    {
        Assert.Empty(Two.Asked(1, copy: true).State.Sources);
        var copying = Two.Asked(1, copy: true, isFirst: true);
        Assert.Equal([Peer], copying.Effects.OfType<CoordinationEffect.Sources>().Single().Peers);
        Assert.Empty(copying.State.Passed(1).State.Sources);

        var copied = copying.State.CopyEnded(1).State.Asked(2, copy: false).State;
        Assert.Equal([Peer], copied.Sources);
        Assert.Equal([Peer], copied.Left(2).State.Sources);
        Assert.Empty(copied.Asked(2, copy: true).State.Sources);
        Assert.Empty(copied.Left(1).Effects.OfType<CoordinationEffect.Sources>().Single().Peers);
    }

    [Fact]
    public void Who_streams_should_be_left_out_by_the_others_before_they_ask()
    {
        var effects = Two.Asked(1, copy: false).State.Asked(2, copy: false).Effects;

        var direct = effects.OfType<CoordinationEffect.Direct>().ToDictionary(effect => effect.Session, effect => effect.Others);
        Assert.Equal([Peer], direct[2]);
        Assert.Equal([Third], direct[1]);
        Assert.Equal(new CoordinationEffect.GiveTurn(2, false), effects[^1]);
    }
}
