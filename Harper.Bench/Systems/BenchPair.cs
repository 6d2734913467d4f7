using System.Diagnostics;
using Harper.Bench.Load;
using Harper.Bench.Measure;

namespace Harper.Bench.Systems;

/// <summary>Two nodes that replicate to each other, and clients for both. Every figure is taken on such a pair.</summary>
internal sealed class BenchPair : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);
    private int _tables;

    /// <param name="certificates">The nodes speak TLS to each other; null: plain sockets.</param>
    public BenchPair(SystemUnderTest system, string folder, PairCertificates? certificates = null)
    {
        System = system;
        Folder = Path.Combine(folder, "run-" + Guid.NewGuid().ToString("N")[..8]);
        A = new BenchNode(system, "a", "127.0.0.2", Folder, certificates);
        B = new BenchNode(system, "b", "127.0.0.3", Folder, certificates);
        FirstStart = A.Start(B.Address);
        B.Start(A.Address);
        ClientA = new BenchClient(A.Operations);
        ClientB = new BenchClient(B.Operations);
        MakeTable();
    }

    public SystemUnderTest System { get; }

    public string Folder { get; }

    public TimeSpan FirstStart { get; }

    public BenchNode A { get; }

    public BenchNode B { get; }

    public BenchClient ClientA { get; }

    public BenchClient ClientB { get; }

    /// <summary>A fresh table that both nodes know.</summary>
    public BenchTable MakeTable(bool typed = false, int? indexed = null)
    {
        var table = new BenchTable("bench", $"t{++_tables}", typed, indexed);
        ClientA.Run(table.Create);
        Wait.Until($"table {table.Name} is known to both nodes", Deadline, () => ClientB.Try(table.Describe(exact: false)).Status == 200);
        return table;
    }

    /// <summary>Waits until the other node can read all of it; returns how long after the given moment that was.</summary>
    public TimeSpan WaitForAll(BenchTable table, long records, string lastKey, long since)
    {
        using var connection = new RawConnection(B.Operations);
        var find = RawConnection.Request(table.Find(lastKey));
        var key = global::System.Text.Encoding.ASCII.GetBytes(lastKey);
        // The exact count is costly, so it is asked only when the last record is there.
        Wait.Until($"the last record of {table.Name} is on the other node", Deadline, () => connection.Send(find).IndexOf(key) >= 0, pauseMs: 5);
        Wait.Until($"{records} records of {table.Name} are on the other node", Deadline, () => ClientB.Count(table) >= records, pauseMs: 20);
        return Stopwatch.GetElapsedTime(since);
    }

    /// <summary>No figure without equality: both nodes hold the same records, as many as were sent.</summary>
    public void Verify(BenchTable table, long records)
    {
        var (a, b) = (TableDigest.Read(ClientA, table), TableDigest.Read(ClientB, table));
        if (a != b || a.Records != records)
            throw new BenchFailure($"{System.Id}: {records} records were sent to {table.Name}, node a holds {a.Records} and node b {b.Records}, digests {(a.Sum == b.Sum ? "equal" : "differ")}: no figure");
    }

    public void Dispose()
    {
        ClientA.Dispose();
        ClientB.Dispose();
        A.Dispose();
        B.Dispose();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
