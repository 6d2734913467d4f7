using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Harper.Core.Storage;
using Harper.Storage.Rocks;

namespace Harper.Bench.Ceilings;

/// <summary>The store under the node, given the same puts in the same order as a commit gives them, and nothing around it.</summary>
internal static class StoreCeiling
{
    private const int Batches = 200;
    private const int BatchSize = 1000;

    /// <param name="randomOver">Batches that are in the store before, all keys anywhere; 0: keys that follow each other, in an empty store.</param>
    public static double Run(string root, int indexes, int randomOver = 0)
    {
        var folder = Path.Combine(root, "store-" + Guid.NewGuid().ToString("N"));
        try
        {
            using var factory = new RocksStoreFactory(RocksSettings.Default);
            using var store = factory.Open(folder);
            var random = randomOver > 0;
            for (var batch = -1; batch < randomOver - 1; batch++) Write(store, batch, indexes, random);
            if (!random) Write(store, -1, indexes, random);
            var first = Math.Max(0, randomOver - 1);
            var watch = Stopwatch.StartNew();
            for (var batch = first; batch < first + Batches; batch++) Write(store, batch, indexes, random);
            return Batches * BatchSize / watch.Elapsed.TotalSeconds;
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(IOrderedStore store, int number, int indexes, bool random)
    {
        using var batch = store.CreateBatch();
        Span<byte> place = stackalloc byte[8];
        var log = new byte[BatchSize * 170];
        var row = new byte[170];
        new Random(number).NextBytes(row.AsSpan(0, 90));
        BinaryPrimitives.WriteInt64BigEndian(place, number + 1);
        batch.Put(Family.Log, place, log);
        var keys = new List<byte[]>(BatchSize * indexes);
        var rows = new List<byte[]>(BatchSize);
        for (var i = 0; i < BatchSize; i++)
        {
            var record = (long)(number + 1) * BatchSize + i;
            var key = Encoding.ASCII.GetBytes("t001" + (random ? Load.BenchRecords.RandomKey(record) : "k" + record.ToString("d9", CultureInfo.InvariantCulture)));
            rows.Add(key);
            for (var index = 0; index < indexes; index++)
                keys.Add([0, 1, 0, (byte)index, .. Encoding.ASCII.GetBytes($"value-{record * (index * 2 + 1) % 10007}"), 0, 0, .. key]);
        }

        foreach (var key in rows) batch.Put(Family.Rows, key, row);
        keys.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        foreach (var key in keys) batch.Put(Family.Index, key, default);
        store.Write(batch, sync: true);
    }
}
