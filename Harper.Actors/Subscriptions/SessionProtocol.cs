using Akka.Actor;
using Akka.Event;
using Harper.Core.Identity;

namespace Harper.Actors.Subscriptions;

/// <summary>
/// What connection actors tell the coordinator. It answers with events of their state machines: ReceivingEvent.TurnGiven, Yield, AskAgain and
/// DirectChanged, SendingEvent.SourcesChanged, OwnCopyChanged and SchemaChanged.
/// </summary>
internal static class SessionProtocol
{
    public interface ICommand;

    /// <summary>The sender takes part until it stops.</summary>
    /// <param name="Receives">A socket that we dialled; else one that we serve.</param>
    public sealed record Join(DatabaseName Database, NodeName Peer, bool Receives) : ICommand;

    public sealed record AskTurn(bool Copy) : ICommand;

    public sealed record PassTurn : ICommand
    {
        public static readonly PassTurn Instance = new();
    }

    public sealed record CopyEnded : ICommand
    {
        public static readonly CopyEnded Instance = new();
    }

    /// <summary>Other nodes are members, or other things may flow.</summary>
    public sealed record MembersMoved : ICommand
    {
        public static readonly MembersMoved Instance = new();
    }

    /// <summary>From the databases' own threads.</summary>
    internal sealed record SchemaChanged(DatabaseName Database) : IDeadLetterSuppression;
}
