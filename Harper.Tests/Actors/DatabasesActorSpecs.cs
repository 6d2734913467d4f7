using Harper.Actors.Databases;
using Harper.Actors.Node;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Schema;
using Harper.Core.Storage;
using Harper.Core.Storage.Memory;
using Harper.Tests.Support;
using Xunit;

namespace Harper.Tests.Actors;

/// <summary>Databases come and go. Proves R-SCH-01 below the operations: made once, dropped with their files, never closed under a reader.</summary>
public sealed class DatabasesActorSpecs : HarperTestKit
{
    private readonly MemoryStoreFactory _stores = new();

    [Fact]
    public async Task A_node_should_open_what_its_storage_folder_holds_and_always_the_system_database()
    {
        _stores.Open("/databases/data");
        _stores.Open("/databases/%44ata");
        _stores.Open("/databases/not~a~database");
        var node = await StartAsync();
        Assert.Equal(["Data", "data", "system"], node.Databases.All.Select(database => database.Name.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_database_asked_for_twice_should_be_made_once()
    {
        var node = await StartAsync();
        var changes = new List<string>();
        node.Databases.Changed += (name, handle) => changes.Add($"{name} {handle is not null}");
        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => node.Databases.CreateAsync(DatabaseName.Data)));
        Assert.Single(made, result => result.Created);
        Assert.Single(made.Select(result => result.Database).Distinct());
        Assert.Equal(["data True"], changes);
    }

    [Fact]
    public async Task A_dropped_database_should_be_gone_with_its_files_and_can_be_made_again()
    {
        var node = await StartAsync();
        var (database, _) = await node.Databases.CreateAsync(DatabaseName.Data);
        var dropping = node.Databases.DropAsync(DatabaseName.Data);
        var again = node.Databases.CreateAsync(DatabaseName.Data);
        Assert.True(await dropping);
        Assert.False(await node.Databases.DropAsync(new DatabaseName("never")));
        var (other, created) = await again;
        Assert.True(created);
        Assert.NotSame(database, other);
        Assert.IsType<CommitResult.Written>(await other.CommitAsync(Write()));
        Assert.Throws<OperationError>(database.OpenView);
    }

    [Fact]
    public async Task A_store_should_not_be_closed_while_somebody_reads()
    {
        var node = await StartAsync();
        var (database, _) = await node.Databases.CreateAsync(DatabaseName.Data);
        var engine = Engines["data"];
        var view = database.OpenView();
        var dropping = node.Databases.DropAsync(DatabaseName.Data);
        await Wait.UntilAsync(() => node.Databases.Find(DatabaseName.Data) is null, "out of the directory");
        await Wait.UntilAsync(() => IsClosed(database), "nobody new is let in");
        Assert.False(engine.Disposed);
        view.Dispose();
        Assert.True(await dropping);
        Assert.True(engine.Disposed);
    }

    [Fact]
    public async Task A_database_that_cannot_be_opened_should_stop_the_start_and_say_why()
    {
        var services = ScriptedServices(stores: _stores) with
        {
            OpenEngine = (_, _, _) => throw new StoreException(StoreFault.Locked, "another process holds /databases/system"),
        };
        var failure = await Assert.ThrowsAsync<NodeStartException>(() => RunningNode.StartAsync(Sys, services, NodeChildren.None, TestContext.Current.CancellationToken));
        Assert.Contains("another process holds", failure.Message);
    }

    [Fact]
    public async Task A_name_that_no_folder_can_carry_should_be_refused()
    {
        var node = await StartAsync();
        var refused = await Assert.ThrowsAsync<OperationError>(() => node.Databases.CreateAsync(new DatabaseName(new string('Ü', 250))));
        Assert.Equal(400, refused.Status);
    }

    [Fact]
    public async Task Tables_should_follow_the_catalog()
    {
        var node = await StartAsync();
        var (database, _) = await node.Databases.CreateAsync(DatabaseName.Data);
        var told = 0;
        database.SchemaChanged += _ => told++;
        await Edit(database, new SchemaEdit.CreateTable(new TableSpec(new TableName("Air ports"), "id", []) { ExpirationSeconds = 60 }));
        await Wait.UntilAsync(async () => await NamesAsync(node) is ["Air%20ports"], "the table has an actor");
        await Edit(database, new SchemaEdit.DropTable(new TableName("Air ports")));
        await Edit(database, new SchemaEdit.CreateTable(new TableSpec(new TableName("Air ports"), "other", [])));
        await Wait.UntilAsync(async () => await TablesAsync(node) is [var table] && table.Figures.Any(figure => figure is { Key: "primaryKey", Value: "other" }), "another actor");
        Assert.Equal(3, told);
    }

    private static bool IsClosed(IDatabaseHandle database)
    {
        try { database.OpenView().Dispose(); }
        catch (OperationError) { return true; }
        return false;
    }

    private static Task<CommitResult> Edit(IDatabaseHandle database, SchemaEdit edit) => database.CommitAsync(new CommitRequest.Schema([edit]));

    private static async Task<Harper.Actors.Admin.ActorTree[]> TablesAsync(RunningNode node) =>
        [.. (await node.Admin.FindAsync("node/databases/data/tables", Wait.Deadline, TestContext.Current.CancellationToken))!.Children];

    private static async Task<string[]> NamesAsync(RunningNode node) => [.. (await TablesAsync(node)).Select(table => table.Path[(table.Path.LastIndexOf('/') + 1)..])];

    private Task<RunningNode> StartAsync() =>
        RunningNode.StartAsync(Sys, ScriptedServices(stores: _stores), NodeChildren.None, TestContext.Current.CancellationToken);
}
