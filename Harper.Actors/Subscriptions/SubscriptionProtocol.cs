using Harper.Core.Sessions;

namespace Harper.Actors.Subscriptions;

/// <summary>What a sending connection and its SubscriptionActor say to each other.</summary>
internal static class SubscriptionProtocol
{
    public interface ICommand;

    public interface IEvent;

    /// <summary>End the stream; the actor stops when nothing of it can reach the socket any more.</summary>
    public sealed record Stop : ICommand
    {
        public static readonly Stop Instance = new();
    }

    /// <summary>The walk is over; the log follows.</summary>
    public sealed record CopySent : IEvent
    {
        public static readonly CopySent Instance = new();
    }

    /// <summary>The stream ended by itself.</summary>
    public sealed record Broken(string Reason, double? OwnSeen) : IEvent;
}

/// <summary>What a subscription streams.</summary>
/// <param name="Copy">Null: the log at once.</param>
internal sealed record SubscriptionWork(SendPlan Plan, CopyPlan? Copy, PeerKind Kind);
