using System.Collections.Immutable;
using System.Threading.Channels;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Values;
using Harper.Core.Wire.Control;
using Harper.Tests.Support;

namespace Harper.Tests.Cluster;

/// <summary>Specs with a peer that is played by hand beside whole nodes of ours, over a network in memory: it is dialled, or dials.</summary>
public abstract class ScriptedPeerSpecBase : ClusterSpecBase
{
    private readonly Channel<IPeerSocket> _dialled = Channel.CreateUnbounded<IPeerSocket>();

    /// <summary>A node of ours that replicates <c>data</c> and nothing else.</summary>
    protected Task<ClusterNode> StartAsync(string name, params string[] routes) =>
        StartAsync(new ClusterNodeOptions(name) { Network = Network, Databases = ["data"] }.With(routes));

    protected static Harper.Core.Positions.ReplicationPositions Positions(ClusterNode node) => node.Databases.Find(DatabaseName.Data)!.Engine.Positions;

    /// <summary>From now on the peer can be dialled.</summary>
    protected void Listen(string peer) => Network.Listen($"{peer}:9933", new PeerSocketSettings(), (socket, _) => _dialled.Writer.WriteAsync(socket).AsTask());

    /// <summary>The next socket that a node dials to the peer.</summary>
    private protected async Task<IPeerSocket> DialledAsync()
    {
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        return await _dialled.Reader.ReadAsync(deadline.Token);
    }

    /// <summary>The same up to the names of both.</summary>
    private protected async Task<ScriptedSource> AcceptAsync(string peer, V5Capabilities? capabilities = null, DatabaseName? database = null)
    {
        var source = new ScriptedSource(await DialledAsync());
        await source.UntilAsync<ControlFrame.PeerName>(_ => true);
        await source.SendAsync(new ControlFrame.PeerName(new NodeName(peer), database ?? DatabaseName.Data, [], capabilities));
        return source;
    }

    /// <summary>
    /// The same up to the answered request of a node that wants a copy, of which there is nothing: a table <c>dog</c> of <c>id</c> and <c>name</c>, and origins by number,
    /// the peer's own first.
    /// </summary>
    private protected async Task<ScriptedSource> AcceptAndAnswerAsync(string peer, params string[] others)
    {
        var source = await AcceptAsync(peer);
        await source.RequestAsync();
        await source.SendAsync(new ControlFrame.DbSchema([], DatabaseName.Data));
        await source.SendAsync(new ControlFrame.NodeNameToIdMap(
            others.Prepend(peer).Select((name, number) => (name, number)).ToImmutableDictionary(origin => new NodeName(origin.name), origin => origin.number), []));
        await source.SendAsync(new ControlFrame.TableFixedStructure(
            8, new TableName("dog"), new TableStructures([], [new Shape(["id", "name"])]), [new AnnouncedAttribute("id", null, true)]));
        return source;
    }

    /// <summary>The peer dials a node and names itself.</summary>
    private protected async Task<ScriptedSubscriber> DialAsync(string peer, string node, V5Capabilities? capabilities = null)
    {
        var subscriber = new ScriptedSubscriber(await Network.DialAsync(peer, node), isAsked: capabilities is null);
        await subscriber.SendAsync(new ControlFrame.PeerName(new NodeName(peer), DatabaseName.Data, [], capabilities));
        return subscriber;
    }
}
