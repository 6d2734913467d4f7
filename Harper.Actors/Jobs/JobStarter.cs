using Akka.Actor;
using Harper.Core.Operations;

namespace Harper.Actors.Jobs;

/// <summary>Starts jobs for whoever holds the node.</summary>
internal sealed class JobStarter(ActorSelection jobs) : IJobs
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public async Task<string> StartAsync(string type, string? user, Func<IJobProgress, CancellationToken, Task<string>> work)
    {
        var started = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        jobs.Tell(new JobProtocol.Start(type, user, work, started));
        try
        {
            return await started.Task.WaitAsync(Deadline).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new OperationError(503, $"The job was not taken within {Deadline.TotalSeconds:0} s. search_jobs_by_start_date tells whether it was started later.");
        }
    }
}
