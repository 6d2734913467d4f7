using Akka.Actor;

namespace Harper.Actors.Jobs;

/// <summary>What jobs and their owner say to each other.</summary>
internal static class JobProtocol
{
    /// <summary>To JobsActor; the completion gets the job's id once its row is durable.</summary>
    public sealed record Start(
        string Type, string? User, Func<IJobProgress, CancellationToken, Task<string>> Work, TaskCompletionSource<string> Started) : INoSerializationVerificationNeeded;

    /// <summary>From a job to JobsActor: its row is there, it waits for a place.</summary>
    public sealed record Waiting;

    /// <summary>To a job: go.</summary>
    public sealed record Run
    {
        public static readonly Run Instance = new();
    }
}
