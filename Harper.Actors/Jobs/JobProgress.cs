namespace Harper.Actors.Jobs;

/// <summary>What the work last said, for the actor that writes it down now and then.</summary>
internal sealed class JobProgress(string jobId) : IJobProgress
{
    private string? _message;

    public string JobId { get; } = jobId;

    public string? Message => Volatile.Read(ref _message);

    public void Report(string message) => Volatile.Write(ref _message, message);
}
