namespace Harper.Core.Sessions;

/// <summary>
/// Naming ──NODE_NAME──► Waiting ──TurnGiven──► Requested ──145/141──► Streaming ──CopyStart──► Copying ──CopyComplete durable──► Streaming;
/// Yield and a copy that was not asked for lead back to Waiting, everything can lead to Ended.
/// </summary>
public enum ReceivingPhase : byte
{
    Naming,

    /// <summary>For the coordinator's leave.</summary>
    Waiting,

    /// <summary>The request is sent and not answered.</summary>
    Requested,

    Copying,
    Streaming,
    Ended,
}
