using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Keys;
using Harper.Core.Positions;

namespace Harper.Core.Wire.Control;

/// <summary>
/// A control message, typed. One record per command; each holds what 4.7, v5 and our own nodes put there. D = dialler (it subscribes),
/// A = acceptor (the source). What a sender left out or wrote as undefined is null or the stated default.
/// </summary>
public abstract record ControlFrame
{
    private ControlFrame()
    {
    }

    /// <summary>129, D to A. An empty list stops sending; a new request replaces the old one.</summary>
    /// <param name="ExcludedNodes">v5 and ours: every origin is sent except these. Default (not empty): the 4.7 rule, only origins named in the entries.</param>
    /// <param name="SetupRequestId">v5: opaque, echoed in 145. Empty: none.</param>
    public sealed record SubscriptionRequest(
        ImmutableArray<SubscriptionEntry> Entries, ImmutableArray<NodeName> ExcludedNodes = default,
        ReadOnlyMemory<byte> SetupRequestId = default) : ControlFrame;

    /// <summary>130, A to D.</summary>
    public sealed record ResidencyList(ImmutableArray<NodeName> Nodes, long ResidencyId) : ControlFrame;

    /// <summary>132, A to D: binds the sender's table id to a name and to everything needed to read its values. Replaces what was bound before.</summary>
    /// <param name="Attributes">Default: not stated (as in an answer to 133).</param>
    public sealed record TableFixedStructure(
        int TableId, TableName Table, TableStructures Structures, ImmutableArray<AnnouncedAttribute> Attributes = default,
        bool SchemaDefined = false) : ControlFrame;

    /// <summary>133, D to A. <paramref name="TableId"/> is the requester's; the name comes with its first use.</summary>
    public sealed record GetRecord(long RequestId, int TableId, RecordKey Key, TableName? Table) : ControlFrame;

    /// <summary>134, A to D. Neither record nor error: not found.</summary>
    public sealed record GetRecordResponse(long RequestId, FetchedRecord? Record = null, string? Error = null) : ControlFrame;

    /// <summary>136, any direction, also as the first and only message of a connection.</summary>
    /// <param name="Json">The operation as a JSON object in UTF-8, without <c>requestId</c>.</param>
    public sealed record OperationRequest(long RequestId, ReadOnlyMemory<byte> Json) : ControlFrame;

    /// <summary>137, any direction.</summary>
    /// <param name="Json">The result as a JSON object in UTF-8, without <c>requestId</c> and <c>error</c>.</param>
    public sealed record OperationResponse(long RequestId, ReadOnlyMemory<byte> Json, string? Error = null) : ControlFrame;

    /// <summary>140, both directions, first on every subscription socket.</summary>
    /// <param name="Announcement">Our sixth element; null from originals.</param>
    public sealed record PeerName(
        NodeName Node, DatabaseName Database, ImmutableArray<AnnouncedTable> Tables, V5Capabilities? V5 = null,
        PeerAnnouncement? Announcement = null) : ControlFrame;

    /// <summary>141, A to D: the sender's whole map of origins. Replaces the one before.</summary>
    public sealed record NodeNameToIdMap(ImmutableDictionary<NodeName, int> Ids, ImmutableArray<NodeName> Subscribed) : ControlFrame
    {
        /// <summary>Ours: what may pass; null: the sender leaves nothing out.</summary>
        public TableFilter? Offered { get; init; }

        /// <summary>Ours: origin → the tables of which the sender has all changes; absent: all.</summary>
        public ImmutableDictionary<NodeName, TableFilter> Covers { get; init; } = ImmutableDictionary<NodeName, TableFilter>.Empty;

        /// <summary>Ours: how far the sender has tables of origins that it has not all of.</summary>
        public ImmutableDictionary<NodeName, ImmutableDictionary<TableName, double>> Parts { get; init; } = OriginParts.None;

        /// <summary>Ours: the sender's vector of that moment; null: it is not said.</summary>
        public ImmutableDictionary<NodeName, double>? Through { get; init; }
    }

    /// <summary>142: never again. The receiver closes and does not redial.</summary>
    public sealed record Disconnect : ControlFrame
    {
        public static readonly Disconnect Instance = new();
    }

    /// <summary>143, A to D: the sender's position moved past changes that were not for the receiver.</summary>
    public sealed record SequenceIdUpdate(double Position) : ControlFrame;

    /// <summary>144, D to A: durable here up to that position of the sender's log.</summary>
    public sealed record CommittedUpdate(double Position) : ControlFrame;

    /// <summary>145: definitions of a database's tables.</summary>
    /// <param name="SetupRequestId">v5: the echo of the request's. Empty: none.</param>
    public sealed record DbSchema(
        ImmutableArray<AnnouncedTable> Tables, DatabaseName Database, ReadOnlyMemory<byte> SetupRequestId = default) : ControlFrame;

    /// <summary>146, A to D.</summary>
    public sealed record BlobChunk(
        string FileId, long? Size, bool Finished, string? Error, ReadOnlyMemory<byte> Bytes, string? TransferId = null,
        string? ErrorCode = null) : ControlFrame;

    /// <summary>147, D to A, v5 and ours: edits the exclusion list of the request. A list that is not stated is empty.</summary>
    public sealed record SubscriptionUpdate(ImmutableArray<NodeName> ExcludeNodes, ImmutableArray<NodeName> IncludeNodes) : ControlFrame;

    /// <summary>148, A to D, v5 and ours: rows follow. 4.7 ignores it, v5 ignores the third extra element.</summary>
    /// <param name="Source">Ours: the source's vector of that moment (rule 21); null from originals.</param>
    public sealed record CopyStart(double StartTime, int OrderVersion, CopySource? Source = null) : ControlFrame;

    /// <summary>149, A to D.</summary>
    /// <param name="Head">Ours: the source's head at the end of the walk; whole transactions may be claimed from there on (rule 23).</param>
    /// <param name="Vector">Ours: its vector of that moment, where that says as much; empty: it does not.</param>
    public sealed record CopyComplete(double? Head, ImmutableDictionary<NodeName, double> Vector) : ControlFrame
    {
        public CopyComplete(double? head = null) : this(head, ImmutableDictionary<NodeName, double>.Empty) { }
    }

    /// <summary>192, D to A, ours: the sender may have this many bytes of data messages sent on this connection, counted from its start.</summary>
    public sealed record ByteCredit(long UpTo) : ControlFrame;

    /// <summary>A command that this version does not know. Ignored, as the originals do; that is what lets the protocol grow.</summary>
    public sealed record Unknown(int Command) : ControlFrame;
}
