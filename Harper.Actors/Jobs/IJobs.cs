namespace Harper.Actors.Jobs;

/// <summary>Long work with progress, on this node only; its row stands in <c>system.hdb_job</c> (R-JOB).</summary>
public interface IJobs
{
    /// <summary>Writes the job's row (CREATED) and starts the work as soon as a place is free; returns the job's id.
    /// What the work returns becomes the job's message (COMPLETE); what it throws, its error (ERROR): the message of an
    /// <see cref="Harper.Core.Operations.OperationError"/> as it is, others as <c>There was an error running {type} job with id {id} - {message}</c>.</summary>
    /// <param name="type">The operation's name, for example <c>csv_data_load</c>.</param>
    Task<string> StartAsync(string type, string? user, Func<IJobProgress, CancellationToken, Task<string>> work);
}

/// <summary>How the work says how far it is. Cheap: it is kept in memory and written to the row at most once a second.</summary>
public interface IJobProgress
{
    string JobId { get; }

    void Report(string message);
}
