namespace Harper.Core.Sessions;

/// <summary>The walk of a base copy through the tables.</summary>
public sealed record CopyWalk
{
    /// <summary>Of the order in which tables are walked: 2 is ours, by name.</summary>
    public const int OrderVersion = 2;
}
