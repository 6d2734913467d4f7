using System.Text.Json;
using Harper.Actors.Users;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Schema;
using Harper.Core.Storage.Memory;
using Harper.Core.Transactions;
using Harper.Host.Security;
using Harper.Storage.Rocks;

namespace Harper.Host.Composition;

/// <summary>
/// What takes long only the first time, done on the second core while the first reads the configuration and starts the actor system: loading the store's
/// library, and one pass through the engine over a store in memory, so that its code is compiled when the real databases open.
/// </summary>
internal static class WarmUp
{
    public static RocksStoreFactory LoadStores()
    {
        var stores = new RocksStoreFactory(RocksSettings.Default);
        _ = Task.Run(RunEngine);
        return stores;
    }

    private static void RunEngine()
    {
        var table = new TableName("warm");
        var now = (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
        using var engine = DatabaseEngine.Open(
            new MemoryStore(), new DatabaseName("warm"), new NodeName("warm"), EngineSettings.Default, now, Guid.NewGuid);
        var key = KeyCodec.FromText("one");
        var row = UserRows.Write(new UserRole("one", "one", JsonSerializer.SerializeToElement(true)), now);
        engine.Commit([new CommitRequest.Schema([new SchemaEdit.EnsureTable(
            new TableSpec(table, "id", [new AttributeDefinition(0, "id", IsPrimaryKey: true)]), Declared: true)])], now);
        engine.Commit([new CommitRequest.Local([new LocalWrite(table, key, WriteMode.Put, row)], null) { Bytes = 64 }], now);
        using var view = engine.OpenView(now);
        if (view.TryRead(view.Catalog.Find(table)!, key, out var read)) UserRows.ReadRole(read);
    }
}
