namespace Harper.Core.Sessions;

/// <summary>What became of requests of a receiving session: consecutive ones, answered together.</summary>
/// <param name="Confirmed">The greatest position among them that the peer may be told is durable here; null when none of them carried one.</param>
/// <param name="CopyCompleted">The end of the copy is among them.</param>
/// <param name="Failure">The first one that was refused; those after it were not tried.</param>
public sealed record AppliedBatch(int Count, long Bytes, double? Confirmed, bool CopyCompleted, Commit.CommitResult.Rejected? Failure);
