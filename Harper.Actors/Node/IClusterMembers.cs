using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Actors.Node;

/// <summary>
/// The other nodes of the cluster as the node records name them: who must be waited for before log entries and tombstones may go.
/// Membership keeps it current; any thread may read it.
/// </summary>
public interface IClusterMembers
{
    /// <summary>The other nodes that hold a database, or will. Null until the node records have been read: then nothing may go.</summary>
    ImmutableArray<MemberPresence>? Of(DatabaseName database);
}

/// <param name="AwaySinceMs">Milliseconds since 1970 since when there is no connection; null while there is one.</param>
/// <param name="InStep">True while we receive from it and have everything it had when last heard.</param>
public sealed record MemberPresence(NodeName Name, double? AwaySinceMs, bool InStep);

/// <summary>A node that has no cluster.</summary>
public sealed class NoMembers : IClusterMembers
{
    public static readonly NoMembers Instance = new();

    public ImmutableArray<MemberPresence>? Of(DatabaseName database) => [];
}
