using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Records;

namespace Harper.Tests.Core.Replication;

/// <summary>Every commit of a simulated cluster as a line, to find out what a seed did: <c>HARPER_TRACE=1 HARPER_SEED=n</c>.</summary>
internal static class ReplicationTrace
{
    private const double Start = 1_764_000_000_000;

    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("HARPER_TRACE") is not null;

    public static void Write(double time, NodeName node, CommitRequest request, CommitResult result) => Console.WriteLine($"{time - Start:0} {node} {Text(request)} -> {result.GetType().Name} {(result as CommitResult.Rejected)?.Message}");

    private static string Text(CommitRequest request) => request switch
    {
        CommitRequest.Remote remote => $"remote {Text(remote.Transaction.Stamp)} after {remote.Previous - Start:R} via {remote.Via}: "
            + string.Join(", ", remote.Transaction.Changes.Select(change => $"{change.Kind} {change.Key}")),
        CommitRequest.CopyChunk chunk => $"chunk of {chunk.Cursor.Source}: "
            + string.Join(", ", chunk.Changes.Select(each => $"{each.Change.Kind} {each.Change.Key} {Text(each.Stamp)}")) + $" after {chunk.Cursor.After}",
        CommitRequest.CopyComplete complete => $"copy of {complete.Cursor.Source} complete "
            + string.Join(' ', complete.Cursor.Vector.Select(pair => $"{pair.Key}:{pair.Value - Start:R}")),
        CommitRequest.Local local => "local " + string.Join(", ", local.Writes.Select(write => $"{write.Mode} {write.Key}")),
        _ => request.ToString(),
    };

    private static string Text(Stamp stamp) => $"{stamp.Version - Start:R}@{stamp.Origin}";
}
