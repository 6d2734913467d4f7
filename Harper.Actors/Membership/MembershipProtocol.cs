using System.Collections.Immutable;
using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Membership;

namespace Harper.Actors.Membership;

/// <summary>What others ask of MembershipActor and what it tells them.</summary>
public static class MembershipProtocol
{
    public interface ICommand;

    public interface IEvent;

    /// <summary>Write attributes of a node record as a patch; a record that was removed comes back. Answered with <see cref="Written"/> or <see cref="Failed"/>.</summary>
    public sealed record WriteRecord(NodeName Name, ImmutableArray<NodeField> Changes) : ICommand;

    /// <summary>
    /// In one commit: this node's own record with what was agreed with the peer, and the peer's record; both come back if they were removed. Answered as
    /// <see cref="WriteRecord"/>.
    /// </summary>
    public sealed record Introduce(NodeName Peer, ImmutableArray<NodeField> Changes, PeerTerms Terms) : ICommand;

    /// <summary>This node was removed and is about to rejoin: its databases begin empty (rule 25). Answered as <see cref="WriteRecord"/>.</summary>
    public sealed record SetAside : ICommand
    {
        public static readonly SetAside Instance = new();
    }

    /// <summary>Delete a node record; the deletion gossips. Answered as <see cref="WriteRecord"/>.</summary>
    public sealed record DeleteRecord(NodeName Name) : ICommand;

    /// <summary>
    /// The configured routes are these from now on (D35). <paramref name="Explicit"/>: peers named anew; where there are any, this node comes back if it was removed.
    /// </summary>
    public sealed record SetRoutes(ImmutableArray<JsonElement> Routes, ImmutableArray<NodeName> Explicit) : ICommand;

    public sealed record Written(bool Changed) : IEvent;

    public sealed record Failed(string Reason) : IEvent;

    /// <summary>The view holds another authority of this node's certificate.</summary>
    internal sealed record AuthorityMoved
    {
        public static readonly AuthorityMoved Instance = new();
    }
}
