namespace Harper.Actors.Jobs;

/// <summary>How far a job is; the texts are those of its row.</summary>
public static class JobStatus
{
    public const string Created = "CREATED";
    public const string InProgress = "IN_PROGRESS";
    public const string Complete = "COMPLETE";
    public const string Error = "ERROR";
}

/// <summary>A row of <c>system.hdb_job</c>. Times in milliseconds since 1970; null: not yet.</summary>
public sealed record JobRow(
    string Id, string Type, string? User, string Status, double CreatedTime, double? StartTime = null, double? EndTime = null, string? Message = null);
