using Harper.Core.Identity;

namespace Harper.Actors.Node;

/// <summary>What the host says to the node's root.</summary>
public static class NodeProtocol
{
    public interface ICommand;

    public interface IEvent;

    /// <summary>Answered with <see cref="Ready"/> or <see cref="Failed"/> once the databases are open.</summary>
    public sealed record AwaitReady : ICommand
    {
        public static readonly AwaitReady Instance = new();
    }

    public sealed record Ready(NodeName Node) : IEvent;

    public sealed record Failed(string Reason) : IEvent;

    /// <summary>Stop in order: new work is refused, what was accepted is committed, connections close, stores close. Answered with <see cref="Drained"/>.</summary>
    public sealed record Drain : ICommand
    {
        public static readonly Drain Instance = new();
    }

    public sealed record Drained : IEvent
    {
        public static readonly Drained Instance = new();
    }
}
