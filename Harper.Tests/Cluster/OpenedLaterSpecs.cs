using Harper.Core.Identity;
using Harper.Core.Wire.Control;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>
/// Proves R-P2P-11 and rule 20 where a database may flow only after the sockets stand, and who is to have it does not have it yet: each end opens by itself, and either may be first.
/// </summary>
public sealed class OpenedLaterSpecs : ScriptedPeerSpecBase
{
    private const string A = "127.0.0.36", B = "127.0.0.37";
    private static readonly DatabaseName Other = new("other");

    /// <summary>Directions that leave <c>system</c> open, and nothing else.</summary>
    private static readonly object[] SystemOnly = [new { database = "system" }];

    [Fact]
    public async Task A_database_that_a_peer_does_not_have_should_be_made_there_when_it_may_flow()
    {
        var (a, b) = (await StartAsync(new ClusterNodeOptions(A) { Network = Network }), await StartAsync(new ClusterNodeOptions(B) { Network = Network }));
        await a.WriteAsync("other", "dog", 1);
        await a.CallAsync(new { operation = "add_node", hostname = B, authorization = Credentials, sendsTo = SystemOnly, receivesFrom = SystemOnly });
        await Wait.UntilAsync(() => a.Connected.Contains(B) && b.Connected.Contains(A), "system is connected both ways");
        Assert.Null(b.Databases.Find(Other));

        await a.CallAsync(new { operation = "add_node", hostname = B });
        await Wait.UntilAsync(() => b.Has("other", "dog", 1), "the database is made and its rows are copied");
    }

    [Fact]
    public async Task A_database_that_was_announced_too_early_should_be_made_once_it_may_be_taken()
    {
        Listen(B);
        var a = await StartAsync(new ClusterNodeOptions(A) { Network = Network });
        await a.WriteNodeRecordAsync($$"""{"name":"{{B}}","url":"ws://{{B}}:9933","replicates":true}""");
        var narrow = new { hostname = B, receivesFrom = SystemOnly, sendsTo = SystemOnly };
        await a.CallAsync(new { operation = "cluster_set_routes", routes = new[] { narrow } });
        await using var source = await AcceptAsync(B, database: DatabaseName.System);
        await source.SendAsync(new ControlFrame.DbSchema([new AnnouncedTable(new TableName("dog"), false, [new AnnouncedAttribute("id", null, true)])], Other));
        await source.SendAsync(new ControlFrame.OperationRequest(7, """{"operation":"cluster_status"}"""u8.ToArray()));
        await source.UntilAsync<ControlFrame.OperationResponse>(answer => answer.RequestId == 7);
        Assert.Null(a.Databases.Find(Other));

        await a.CallAsync(new { operation = "cluster_delete_routes", routes = new[] { narrow } });
        await Wait.UntilAsync(() => a.Databases.Find(Other)?.Engine.Catalog.Find(new TableName("dog")) is not null, "what was announced before it was wanted is made");
    }
}
