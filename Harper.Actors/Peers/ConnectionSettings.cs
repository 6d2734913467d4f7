using Akka.Configuration;

namespace Harper.Actors.Peers;

/// <summary>How peer connections behave (<c>harper.connections</c>).</summary>
public sealed record ConnectionSettings
{
    public static readonly ConnectionSettings Default = new();

    /// <summary>From the open socket to the peer's NODE_NAME.</summary>
    public TimeSpan NameDeadline { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>No progress although work is pending: the session ends and resumes.</summary>
    public TimeSpan ProgressDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same towards originals, which stall for up to 42 s.</summary>
    public TimeSpan ProgressDeadlineOfOriginals { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A copy of a 4.7 node that sends nothing for so long has nothing to send.</summary>
    public TimeSpan SilentCopy { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often deadlines are looked at and confirmations stored.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Received and not yet durable, per connection: reading pauses above it.</summary>
    public long InboundBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>The same for all connections of the process.</summary>
    public long InboundBytesOfProcess { get; init; } = 128 * 1024 * 1024;

    /// <summary>Transactions handed to the writer and not yet answered, per connection.</summary>
    public int InFlightTransactions { get; init; } = 1000;

    /// <summary>Bytes of the log read at once for a subscription.</summary>
    public int StretchBytes { get; init; } = 256 * 1024;

    /// <summary>Rows and bytes of a base copy read from one snapshot.</summary>
    public int CopyChunkRows { get; init; } = 1000;

    public int CopyChunkBytes { get; init; } = 1024 * 1024;

    public TimeSpan StatusInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>From the section <c>harper.connections</c>; what it leaves out is as here.</summary>
    public static ConnectionSettings Create(Config config)
    {
        var section = config.GetConfig("harper.connections");
        if (section is null) return Default;
        return Default with
        {
            NameDeadline = section.GetTimeSpan("name-deadline", Default.NameDeadline),
            ProgressDeadline = section.GetTimeSpan("progress-deadline", Default.ProgressDeadline),
            ProgressDeadlineOfOriginals = section.GetTimeSpan("progress-deadline-of-originals", Default.ProgressDeadlineOfOriginals),
            InboundBytes = section.GetByteSize("inbound-bytes", Default.InboundBytes) ?? Default.InboundBytes,
            InboundBytesOfProcess = section.GetByteSize("inbound-bytes-of-process", Default.InboundBytesOfProcess) ?? Default.InboundBytesOfProcess,
            InFlightTransactions = section.GetInt("in-flight-transactions", Default.InFlightTransactions),
            StretchBytes = section.GetInt("stretch-bytes", Default.StretchBytes),
            CopyChunkRows = section.GetInt("copy-chunk-rows", Default.CopyChunkRows),
            CopyChunkBytes = section.GetInt("copy-chunk-bytes", Default.CopyChunkBytes),
            StatusInterval = section.GetTimeSpan("status-interval", Default.StatusInterval),
        };
    }
}
