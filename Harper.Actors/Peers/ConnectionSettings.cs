using Akka.Configuration;
using Harper.Actors.Node;

namespace Harper.Actors.Peers;

/// <summary>How peer connections behave (<c>harper.connections</c>).</summary>
public sealed record ConnectionSettings
{
    public static readonly ConnectionSettings Default = new();

    /// <summary>From the open socket to the peer's NODE_NAME.</summary>
    public TimeSpan NameDeadline { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>No progress although work is pending: the session ends and resumes.</summary>
    public TimeSpan ProgressDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same towards originals, which stall for up to 42 s; also until they take what is sent.</summary>
    public TimeSpan ProgressDeadlineOfOriginals { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The same while a copy is received, where it is shorter (<c>replication.copyTimeout</c>).</summary>
    public TimeSpan CopyTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A copy of a 4.7 node that sends nothing for so long has nothing to send.</summary>
    public TimeSpan SilentCopy { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often deadlines are looked at and confirmations stored.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Received and not yet durable, per connection: reading pauses above it.</summary>
    public long InboundBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>The same while the connection copies: what is not durable when a node dies is sent again.</summary>
    public long CopyWindowBytes { get; init; } = 512 * 1024;

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

    /// <summary>Databases of this node up to which more are made on a member's word: each costs files and memory.</summary>
    public int AnnouncedDatabases { get; init; } = 500;

    /// <summary>From harper.hocon; a missing value stops the start.</summary>
    public static ConnectionSettings Create(Config config)
    {
        var section = SettingsSection.Of(config, "harper.connections");
        return new ConnectionSettings
        {
            NameDeadline = section.Time("name-deadline"),
            ProgressDeadline = section.Time("progress-deadline"),
            ProgressDeadlineOfOriginals = section.Time("progress-deadline-of-originals"),
            SilentCopy = section.Time("silent-copy"),
            TickInterval = section.Time("tick-interval"),
            InboundBytes = section.Bytes("inbound-bytes"),
            CopyWindowBytes = section.Bytes("copy-window-bytes"),
            InboundBytesOfProcess = section.Bytes("inbound-bytes-of-process"),
            InFlightTransactions = section.Int("in-flight-transactions"),
            StretchBytes = (int)section.Bytes("stretch-bytes"),
            CopyChunkRows = section.Int("copy-chunk-rows"),
            CopyChunkBytes = (int)section.Bytes("copy-chunk-bytes"),
            StatusInterval = section.Time("status-interval"),
            AnnouncedDatabases = section.Int("announced-databases"),
        };
    }
}
