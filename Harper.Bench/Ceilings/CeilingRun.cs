namespace Harper.Bench.Ceilings;

/// <summary>One limit of this machine.</summary>
/// <param name="Name">How rows refer to it.</param>
internal sealed record Ceiling(string Name, string Title, Func<string, double> Measure);

/// <summary>Each part of the way alone, with the whole machine to itself.</summary>
internal static class CeilingRun
{
    public static readonly Ceiling[] All =
    [
        new("sync", "appends of 200 bytes with fdatasync, one after the other, per second", SyncCeiling.Run),
        new("store-dynamic", "RocksDB alone, dynamic records (row, log, 7 index keys), batches of 1,000, synced: records per second", folder => StoreCeiling.Run(folder, indexes: 7)),
        new("store-plain", "RocksDB alone, records without indexes (row, log), batches of 1,000, synced: records per second", folder => StoreCeiling.Run(folder, indexes: 0)),
        new("store-random", "RocksDB alone, dynamic records with random keys over 500,000, batches of 1,000, synced: records per second", folder => StoreCeiling.Run(folder, indexes: 7, randomOver: 500)),
        new("websocket", "WebSocket alone, messages of 64 KiB: megabytes per second", _ => SocketCeiling.Run()),
        new("http-1", "HTTP alone, the single insert's request and a small answer, 1 connection: requests per second", _ => HttpCeiling.Run(1, 1)),
        new("http-4", "HTTP alone, the single insert's request and a small answer, 4 connections: requests per second", _ => HttpCeiling.Run(4, 1)),
        new("http-1000", "HTTP alone, batches of 1,000 records, 4 connections: records per second", _ => HttpCeiling.Run(4, 1000)),
    ];
}
