using System.Collections.Immutable;
using System.Globalization;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Sessions;
using Harper.Core.TransactionLog;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;
using Harper.Core.Wire.Dictionaries;
using Harper.Storage.Rocks;

namespace Harper.Bench;

/// <summary>A base copy and a catch-up without sockets and actors, stage by stage: what each costs of processor and of memory per record.</summary>
internal static class CopyLoop
{
    private static readonly NodeName Source = new("bench");

    public static int Execute(int groups, string root)
    {
        var folder = Path.Combine(root, "copy-loop-" + Guid.NewGuid().ToString("N"));
        try
        {
            Run(groups, folder);
            return 0;
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static void Run(int groups, string folder)
    {
        using var factory = new RocksStoreFactory(RocksSettings.Default);
        const double Now = 1_700_000_000_000d;
        using var source = DatabaseEngine.Open(factory.Open(Path.Combine(folder, "source")), DatabaseName.Data, Source, EngineSettings.Default, Now, Guid.NewGuid);
        CommitLoop.Fill(source, groups, Now);
        foreach (var round in new[] { "first", "second" })
        {
            using var copied = DatabaseEngine.Open(factory.Open(Path.Combine(folder, round + "-copy")), DatabaseName.Data, new NodeName("copy"), EngineSettings.Default, Now, Guid.NewGuid);
            Copy(source, copied, Now + 10_000, round);
            using var streamed = DatabaseEngine.Open(factory.Open(Path.Combine(folder, round + "-stream")), DatabaseName.Data, new NodeName("stream"), EngineSettings.Default, Now, Guid.NewGuid);
            CatchUp(source, streamed, Now + 10_000, round);
        }
    }

    private static void Copy(DatabaseEngine source, DatabaseEngine target, double now, string round)
    {
        var (walk, encode, decode, commit) = (new Stage("walk"), new Stage("encode"), new Stage("decode"), new Stage("commit"));
        var (outgoing, incoming) = Connection(source);
        var place = CopyPlace.Beginning;
        var records = 0L;
        var cursor = new CopyCursor(Source, Guid.NewGuid(), ImmutableDictionary<NodeName, double>.Empty, 1, null, default, 0, 0, false);
        for (CopyPlace? next = place; next is not null;)
        {
            var messages = new List<byte[]>();
            CopyChunkRead chunk = default;
            using (var view = source.OpenView(now))
            {
                walk.Run(() => chunk = CopyWalk.Next(view, next, TableFilter.All, toOurs: true, 1000, 1 << 20));
                encode.Run(() =>
                {
                    foreach (var (change, stamp) in chunk.Changes) outgoing.AppendCopied(change, stamp, view.Catalog, messages);
                    outgoing.Flush(messages);
                });
            }

            next = chunk.Place;
            var received = new List<ReceivedTransaction>();
            decode.Run(() => Decode(incoming, messages, received));
            records += chunk.Rows;
            commit.Run(() =>
            {
                var requests = received.Select(transaction => (CommitRequest)new CommitRequest.CopyChunk(
                    [.. transaction.Changes.Select(change => new CopiedChange(change.Change, change.Stamp))], cursor with { Rows = records })).ToList();
                if (requests.Count > 0) target.Commit(requests, now);
            });
        }

        Print($"copy, {round}", records, walk, encode, decode, commit);
    }

    private static void CatchUp(DatabaseEngine source, DatabaseEngine target, double now, string round)
    {
        var (read, encode, decode, commit) = (new Stage("read"), new Stage("encode"), new Stage("decode"), new Stage("commit"));
        var (outgoing, incoming) = Connection(source);
        var (after, records) = (0d, 0L);
        while (after < source.Positions.Head)
        {
            var messages = new List<byte[]>();
            var stretch = default(LogStretch)!;
            read.Run(() => stretch = source.ReadLog(after, 256 << 10));
            after = stretch.ReadThrough;
            encode.Run(() =>
            {
                foreach (var transaction in stretch.Transactions) outgoing.Append(transaction, source.Catalog, null, messages);
                outgoing.Flush(messages);
            });
            var received = new List<ReceivedTransaction>();
            decode.Run(() => Decode(incoming, messages, received));
            records += received.Sum(transaction => transaction.Changes.Length);
            commit.Run(() => target.Commit(
                [.. received.Select(transaction => (CommitRequest)new CommitRequest.Remote(
                    new Core.Transactions.Transaction(transaction.Stamp, null, [.. transaction.Changes.Select(change => change.Change)]),
                    transaction.Previous, Source, false, null))],
                now));
            if (stretch.Transactions.IsEmpty) break;
        }

        Print($"catch-up, {round}", records, read, encode, decode, commit);
    }

    private static (OutgoingChanges Outgoing, IncomingChanges Incoming) Connection(DatabaseEngine source)
    {
        var outgoing = new OutgoingChanges(Source, batches: true, parts: true);
        var incoming = new IncomingChanges(FrameLimits.Default);
        incoming.Learn(ControlFrameCodec.Decode(outgoing.OriginMap(source.Positions.Through.Keys, [Source]), FrameLimits.Default));
        return (outgoing, incoming);
    }

    private static void Decode(IncomingChanges incoming, List<byte[]> messages, List<ReceivedTransaction> received)
    {
        foreach (var message in messages)
            if (ControlFrameCodec.IsControl(message)) incoming.Learn(ControlFrameCodec.Decode(message, FrameLimits.Default));
            else incoming.Read(message, received);
    }

    private static void Print(string what, long records, params Stage[] stages)
    {
        var each = stages.Select(stage => string.Create(
            CultureInfo.InvariantCulture, $"{stage.Name} {stage.Cpu.TotalMicroseconds / records:n2} us, {stage.Allocated / records:n0} bytes"));
        Console.WriteLine($"{what}: {records} records; per record {string.Join("; ", each)}");
    }

    private sealed class Stage(string name)
    {
        public string Name { get; } = name;

        public TimeSpan Cpu { get; private set; }

        public long Allocated { get; private set; }

        public void Run(Action step)
        {
            var (cpu, allocated) = (CommitLoop.ThreadTime(), GC.GetAllocatedBytesForCurrentThread());
            step();
            Allocated += GC.GetAllocatedBytesForCurrentThread() - allocated;
            Cpu += CommitLoop.ThreadTime() - cpu;
        }
    }
}
