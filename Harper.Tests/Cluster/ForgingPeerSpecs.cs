using Harper.Core.Identity;
using Harper.Core.Wire.Control;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// A member that is let in and speaks the protocol of originals without a fault, and lies: about origins, times, its position and what it stored. Proves rules 8, 14, 15, 16 and
/// 18 against it: what it says harms what comes from it and nothing else.
/// </summary>
public sealed class ForgingPeerSpecs : ScriptedPeerSpecBase
{
    private const string Liar = "127.0.0.12", A = "127.0.0.14", B = "127.0.0.15";

    /// <summary>The end of the year 9999.</summary>
    private const double FarFuture = 253_402_300_799_000;

    [Fact]
    public async Task Forged_times_origins_and_positions_should_move_neither_the_clock_nor_what_is_believed_of_others()
    {
        Listen(Liar);
        var a = await StartAsync(A, Liar, B);
        var b = await StartAsync(B, A);
        await b.InsertAsync("dog", 1, "b");
        await Wait.UntilAsync(() => a.Has("dog", 1), "ours are connected");
        await using var liar = await AcceptAndAnswerAsync(Liar, A, B);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await liar.SendAsync(OriginalMessages.Message(now, now));
        await liar.UntilAsync<ControlFrame.CommittedUpdate>(update => update.Position == now);
        await liar.UntilAsync<ControlFrame.SubscriptionRequest>(request => request.ExcludedNodes.Contains(new NodeName(B)));
        var incarnation = Positions(a).Incarnation;

        // Of its own, of the node that it speaks to, and of another: each from the year 9999.
        for (var origin = 0; origin < 3; origin++)
            await liar.SendAsync(OriginalMessages.Message(FarFuture, now + 1 + origin, OriginalMessages.Entry(0x11, origin, 10 + origin, FarFuture)));
        // Half a minute ahead, which a clock may be, under the name of the other; and a position of the year 9999.
        await liar.SendAsync(OriginalMessages.Message(now + 30_000, FarFuture, OriginalMessages.Entry(0x11, 2, 20, now + 30_000)));
        await liar.UntilAsync<ControlFrame.CommittedUpdate>(update => update.Position == FarFuture);

        // What it says in the name of the other, who is heard itself, is not even kept.
        Assert.Equal(2, a.Databases.Find(DatabaseName.Data)!.Engine.ReadQuarantine(10).Length);
        Assert.False(a.Has("dog", 20));
        for (var id = 10; id < 13; id++) Assert.False(a.Has("dog", id));
        var positions = Positions(a);
        Assert.Equal(incarnation, positions.Incarnation);
        Assert.InRange(positions.Head, now - 120_000, now + 120_000);
        Assert.True(positions.Through[new NodeName(B)] < now + 30_000, "what the other wrote was believed to be known from hearsay");
        Assert.DoesNotContain(positions.Cursors, cursor => cursor.Key.Value != Liar);

        // Everybody goes on, both ways, what the other really writes included.
        await b.InsertAsync("dog", 2, "b");
        await a.InsertAsync("dog", 3, "a");
        await Wait.UntilAsync(() => a.Has("dog", 2) && b.Has("dog", 3), "the others go on");
    }

    /// <summary>Rule 15: the mark decides what the log may let go of.</summary>
    [Fact]
    public async Task What_is_confirmed_beyond_the_head_should_count_up_to_the_head()
    {
        var a = await StartAsync(A, Liar);
        await a.InsertAsync("dog", 1, "a");
        await using var liar = await DialAsync(Liar, A);
        await liar.AskAsync(A, 0);
        await liar.UntilAsync(() => liar.Rows.Count == 1 && liar.Position is not null);
        await liar.SendAsync(new ControlFrame.CommittedUpdate(FarFuture));
        await Wait.UntilAsync(() => Positions(a).Confirmed.ContainsKey(new NodeName(Liar)), "the confirmation is kept");
        Assert.InRange(Positions(a).Confirmed[new NodeName(Liar)], 1, Positions(a).Head);
        await a.InsertAsync("dog", 2, "a");
        await liar.UntilAsync(() => liar.Rows.Count == 2);
    }
}
