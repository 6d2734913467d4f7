using Harper.Actors.Commit;
using Harper.Actors.TransactionLog;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Reading;
using Harper.Core.TransactionLog;
using Harper.Core.Time;

namespace Harper.Actors.Databases;

/// <summary>An open database as everybody holds it. Made by DatabaseActor; useless, but harmless, once the database is closed.</summary>
internal sealed class DatabaseHandle(EngineGuard engine, CommitQueue queue, LogTail tail, LogHolds holds, IClock clock, LocalWriteGate? gate) : IDatabaseHandle
{
    public event Action<IDatabaseHandle>? SchemaChanged;

    public DatabaseName Name => engine.Name;

    public IDatabaseEngine Engine => engine;

    public LocalWriteGate? LocalWrites => gate;

    public Task<CommitResult> CommitAsync(CommitRequest request) => queue.Enqueue(request);

    public IReadView OpenView() => engine.OpenView(clock.NowMs);

    public LogStretch ReadLog(double after, int maxBytes) => tail.Read(after, maxBytes) ?? engine.ReadLog(after, maxBytes);

    public Task WaitForLogAsync(double after, CancellationToken cancellation) => tail.WaitAsync(after, cancellation);

    public Task WaitForLogAsync(double after, LogEar ear, CancellationToken cancellation) => tail.WaitAsync(after, ear, cancellation);

    public IDisposable HoldLog(double after) => holds.Add(after);

    /// <summary>On the writer's thread, after the commit.</summary>
    public void RaiseSchemaChanged() => SchemaChanged?.Invoke(this);
}
