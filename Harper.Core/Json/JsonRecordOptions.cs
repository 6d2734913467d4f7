namespace Harper.Core.Json;

/// <summary>How records of one table are read from JSON.</summary>
public sealed record JsonRecordOptions
{
    /// <summary>The attribute whose place is reported; null when nobody asks.</summary>
    public string? PrimaryKey { get; init; }

    /// <summary>
    /// Name of the updated-time slot at the end of each record, or null for none. A client's own attribute of that name is left
    /// out.
    /// </summary>
    public string? UpdatedTime { get; init; }

    /// <summary>Name of the created-time slot, the last value of each record, or null for none.</summary>
    public string? CreatedTime { get; init; }

    public IAttributePolicy? Policy { get; init; }
}
