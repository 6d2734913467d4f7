using System.Collections.Immutable;
using Harper.Actors.ControlPlane;
using Harper.Core.Identity;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>Who joins whom on the control plane. Proves architecture 7: by the peers that are known, never two clusters for long, nobody downed for being away.</summary>
public sealed class ControlPolicySpecs
{
    private static readonly ControlState Alone = new(new NodeName("b"), [], [], false, 0, []);

    [Fact]
    public void A_node_without_a_peer_should_need_no_cluster() => Assert.IsType<ControlStep.Nothing>(Decide(Alone));

    [Fact]
    public void A_peer_that_cannot_be_reached_should_not_be_waited_for() => Assert.IsType<ControlStep.Nothing>(Decide(Alone with { Peers = [Peer("a", reachable: false)] }));

    [Fact]
    public void Nodes_that_know_each_other_should_agree_on_who_may_form_the_cluster()
    {
        Assert.Equal(["a", "b"], Seeds(Alone with { Peers = [Peer("a")] }));
        Assert.Equal(["a", "b"], Seeds(Alone with { Self = new NodeName("a"), Peers = [Peer("b")] }));
    }

    [Fact]
    public void A_join_that_does_not_succeed_should_begin_anew_with_those_that_are_reachable_now()
    {
        var joining = Alone with { Running = true, RunningForMs = 5_000, Peers = [Peer("a", reachable: false), Peer("c")] };
        Assert.IsType<ControlStep.Nothing>(Decide(joining));
        Assert.Equal(["b", "c"], Seeds(joining with { RunningForMs = 13_000 }));
        Assert.IsType<ControlStep.Nothing>(Decide(joining with { RunningForMs = 13_000, Peers = [Peer("a", reachable: false)] }));
    }

    [Fact]
    public void Members_should_never_be_downed_for_being_away_but_for_being_removed()
    {
        var member = Member("b", "c") with { Peers = [Peer("c", reachable: false)] };
        Assert.IsType<ControlStep.Nothing>(Decide(member));
        var down = Assert.IsType<ControlStep.Down>(Decide(member with { Removed = [new NodeName("c"), new NodeName("never seen")] }));
        Assert.Equal("c", Assert.Single(down.Members).Value);
    }

    [Fact]
    public void Of_two_clusters_that_formed_apart_the_one_without_the_smallest_name_should_give_way()
    {
        Assert.Equal(["a"], Seeds(Member("b", "c") with { Peers = [Peer("a", unseen: 21_000), Peer("d", unseen: 100)] }));
        Assert.IsType<ControlStep.Nothing>(Decide(Member("b", "c") with { Peers = [Peer("a", unseen: 5_000)] }));
        Assert.IsType<ControlStep.Nothing>(Decide(Member("b", "c") with { Peers = [Peer("d", unseen: 21_000)] }));
        Assert.IsType<ControlStep.Nothing>(Decide(Member("b", "c") with { Peers = [Peer("a", unseen: 21_000)], RunningForMs = 3_000 }));
    }

    private static ControlState Member(params string[] members) =>
        Alone with { Running = true, RunningForMs = 100_000, Members = [.. members.Select(name => new NodeName(name))] };

    private static ControlPeer Peer(string name, bool reachable = true, double unseen = 0) => new(new NodeName(name), reachable, unseen);

    private static ControlStep Decide(ControlState state) => ControlPolicy.Decide(state, 12_000, 20_000);

    private static IEnumerable<string> Seeds(ControlState state) => Assert.IsType<ControlStep.Join>(Decide(state)).Seeds.Select(seed => seed.Value);
}
