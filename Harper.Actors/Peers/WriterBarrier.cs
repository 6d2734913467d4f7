using Harper.Actors.Databases;
using Harper.Core.Commit;

namespace Harper.Actors.Peers;

/// <summary>
/// What an earlier connection handed to the writer may still wait there when the next one says how far this node is. A peer that lost writes would be told
/// too little and would not find out (rule 16), so a connection speaks only after what waits is durable.
/// </summary>
internal static class WriterBarrier
{
    /// <summary>A writer that needs longer is busy, not stuck: what is told too little then is sent twice at most.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    public static async Task PassAsync(IDatabaseHandle database)
    {
        var passed = database.CommitAsync(new CommitRequest.Positions([]));
        await Task.WhenAny(passed, Task.Delay(Deadline)).ConfigureAwait(false);
    }
}
