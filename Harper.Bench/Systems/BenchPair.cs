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
        ClientA = new BenchClient(A.Operations);
        ClientB = new BenchClient(B.Operations);
        try
        {
            FirstStart = A.Start(B.Address);
            B.Start(A.Address);
            MakeTable();
        }
        catch
        {
            Dispose();
            throw;
        }
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

    /// <summary>
    /// Waits until the other node can read all of it; returns how long after the given moment that was. Records are sent and applied in order, so the last of each
    /// of the last requests are sought; a count, which scans the table, is asked only of the original, whose order is not known. <see cref="Verify"/> reads everything.
    /// </summary>
    public TimeSpan WaitForAll(BenchTable table, long records, Func<long, string> key, long since, int batch = 1000)
    {
        for (var (last, i) = (records - 1, 0); last >= 0 && i < 8; last -= batch, i++) WaitForLast(table, key(last));
        if (System.IsOriginal) Wait.Until($"{records} records of {table.Name} are on the other node", Deadline, () => ClientB.Count(table) >= records, pauseMs: 20);
        return Stopwatch.GetElapsedTime(since);
    }

    /// <summary>Waits until the other node has the record that was sent last, and no longer: cheap however many there are.</summary>
    public void WaitForLast(BenchTable table, string lastKey, int pauseMs = 5)
    {
        using var connection = new RawConnection(B.Operations);
        var find = RawConnection.Request(table.Find(lastKey));
        var key = global::System.Text.Encoding.ASCII.GetBytes(lastKey);
        Wait.Until($"the last record of {table.Name} is on the other node", Deadline, () => connection.Send(find).IndexOf(key) >= 0, pauseMs);
    }

    /// <summary>For tables that are too large to be read back whole: both count the same, and the records that were measured are equal.</summary>
    public void VerifyPart(BenchTable table, long records, long first, int measured, Func<long, string> key, int atOnce = 1000)
    {
        WaitForCount(table, records);
        for (var from = 0; from < measured; from += atOnce)
        {
            var read = table.Read(Enumerable.Range(from, Math.Min(atOnce, measured - from)).Select(i => key(first + i)));
            var (a, b) = (TableDigest.Read(ClientA, read), TableDigest.Read(ClientB, read));
            if (a != b || a.Records != Math.Min(atOnce, measured - from)) throw new BenchFailure($"{System.Id}: records that were measured differ in {table.Name}: no figure");
        }
    }

    /// <summary>No figure without equality: both nodes hold the same records, as many as were sent.</summary>
    public void Verify(BenchTable table, long records)
    {
        WaitForCount(table, records);
        var (a, b) = (TableDigest.Read(ClientA, table), TableDigest.Read(ClientB, table));
        if (a != b || a.Records != records)
            throw new BenchFailure($"{System.Id}: {records} records were sent to {table.Name}, node a holds {a.Records} and node b {b.Records}, digests {(a.Sum == b.Sum ? "equal" : "differ")}: no figure");
    }

    private void WaitForCount(BenchTable table, long records) => Wait.Until(
        $"both nodes count {records} records of {table.Name}", TimeSpan.FromMinutes(2), () => ClientA.Count(table) == records && ClientB.Count(table) == records, pauseMs: 200);

    public void Dispose()
    {
        ClientA.Dispose();
        ClientB.Dispose();
        A.Dispose();
        B.Dispose();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
