using Harper.Core.Positions;
using Harper.Core.Schema;

namespace Harper.Core.Sessions;

/// <summary>What a session decides against: the time, and where its database stands as of the last durable commit.</summary>
/// <param name="Now">Wall clock, milliseconds since 1970.</param>
public readonly record struct SessionMoment(double Now, ReplicationPositions Positions, DatabaseCatalog Catalog)
{
    /// <summary>What the log takes, more or less.</summary>
    public long LogBytes { get; init; }
}
