using Harper.Actors.Peers;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>A member that announces databases without end (X37): so many are made here, and the node goes on; one more that is wanted is made by its operator.</summary>
public sealed class AnnouncedDatabasesSpecs : ScriptedPeerSpecBase
{
    private const string Liar = "127.0.0.37", Node = "127.0.0.38";
    private const int Most = 20;

    [Fact]
    public async Task Databases_that_a_member_announces_should_be_made_up_to_a_bound()
    {
        // At once: the first is not there yet when the last is announced.
        const int announced = 10 * Most;
        Listen(Liar);
        var node = await StartAsync(new ClusterNodeOptions(Node) { Network = Network, Connections = Few }.With(Liar));
        await using var liar = await SystemAsync();
        for (var number = 0; number < announced; number++)
            await liar.SendAsync(new ControlFrame.DbSchema([new AnnouncedTable(new TableName("t"), false, [new AnnouncedAttribute("id", null, true)])], new DatabaseName($"made_up_{number:000}")));
        await Wait.UntilAsync(() => node.Databases.All.Count == Most, "as many as may be are made");

        // An operator who asks for one gets it, and rows are written as ever.
        await node.CallAsync(new { operation = "create_database", database = $"made_up_{announced - 1}" });
        await node.InsertAsync("dog", 1, "a");
        Assert.True(node.Has("dog", 1));
        Assert.Equal(1, node.Databases.All.Count(database => database.Name.Value.StartsWith("made_up_1", StringComparison.Ordinal)));
        Assert.InRange(node.Databases.All.Count, Most + 1, Most + 2);
    }

    private static PeerConnections Few(ConnectionServices services)
    {
        var few = services with { Settings = services.Settings with { AnnouncedDatabases = Most } };
        return new PeerConnections(connection => ReceivingConnectionActor.Props(few, connection), connection => SendingConnectionActor.Props(few, connection));
    }

    /// <summary>The socket for <c>system</c> among those that are dialled.</summary>
    private async Task<ScriptedSource> SystemAsync()
    {
        while (true)
        {
            var source = new ScriptedSource(await DialledAsync());
            var name = await source.UntilAsync<ControlFrame.PeerName>(_ => true);
            if (!name.Database.IsSystem) continue;
            await source.SendAsync(new ControlFrame.PeerName(new NodeName(Liar), DatabaseName.System, []));
            await source.RequestAsync();
            return source;
        }
    }
}
