using Harper.Bench.Ceilings;

namespace Harper.Bench.Commands;

/// <summary>The limits of this machine, each part of the way alone.</summary>
internal static class CeilingsCommand
{
    public static int Execute(string folder)
    {
        Measure(folder, [], Console.WriteLine);
        return 0;
    }

    public static void Measure(string folder, Dictionary<string, double> figures, Action<string> say)
    {
        Directory.CreateDirectory(folder);
        Add("appends of 200 bytes with fdatasync, one after the other, per second", SyncCeiling.Run(folder));
        Add("RocksDB alone, dynamic records (row, log, 7 index keys), batches of 1,000, synced: records per second", StoreCeiling.Run(folder, indexes: 7));
        Add("RocksDB alone, records without indexes (row, log), batches of 1,000, synced: records per second", StoreCeiling.Run(folder, indexes: 0));
        Add("WebSocket alone, messages of 64 KiB: megabytes per second", SocketCeiling.Run());
        Add("HTTP alone, the single insert's request and a small answer, 1 connection: requests per second", HttpCeiling.Run(1, 1));
        Add("HTTP alone, the single insert's request and a small answer, 4 connections: requests per second", HttpCeiling.Run(4, 1));
        Add("HTTP alone, batches of 1,000 records, 4 connections: records per second", HttpCeiling.Run(4, 1000));

        void Add(string what, double figure)
        {
            figures[what] = figure;
            say(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{what}: {figure:n0}"));
        }
    }
}
