using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Membership;
using Harper.Core.Positions;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Sessions;
using Harper.Core.Transactions;
using Harper.Core.Values;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;

namespace Harper.Tests.Core.Sessions;

/// <summary>What specs of session state machines are set in: names, positions, catalogs, and a receiving session that is driven step by step.</summary>
internal static class SessionScenes
{
    public const double Now = 1_764_000_000_000;
    public static readonly NodeName Self = new("127.0.0.2");
    public static readonly NodeName Peer = new("127.0.0.3");
    public static readonly NodeName Third = new("127.0.0.4");
    public static readonly TableName Dog = new("dog");
    public static readonly Guid Ours = Guid.Parse("11111111-0000-0000-0000-000000000000");
    public static readonly Guid Theirs = Guid.Parse("22222222-0000-0000-0000-000000000000");

    public static readonly ReplicationPositions Empty = new() { Incarnation = Ours, Head = 0 };

    public static readonly ReplicationPositions WithHistory = Empty with { HasHistory = true, Head = Now };

    public static DatabaseCatalog Catalog(params TableDefinition[] tables) =>
        new(DatabaseName.Data, System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(tables, table => table.Name));

    public static TableDefinition Table(string name, bool? replicate = null) => new()
    {
        Id = 1, Name = new TableName(name), PrimaryKey = "id", Incarnation = Guid.Empty, Replicate = replicate,
        Attributes = [new AttributeDefinition(1, "id", IsPrimaryKey: true)],
    };

    public static ImmutableDictionary<NodeName, double> Vector(params (NodeName Origin, double Version)[] entries) =>
        entries.ToImmutableDictionary(entry => entry.Origin, entry => entry.Version);

    public static SessionMoment At(ReplicationPositions positions, double now = Now) => new(now, positions, Catalog(Table("dog")));

    public static ReceivingContext Receiving(DatabaseName? database = null, double? startTime = null) =>
        new(Self, Guid.Empty, Peer, database ?? DatabaseName.Data, TableFilter.All, startTime, new SessionDeadlines());

    public static ControlFrame.PeerName OursNamed(NodeName name, Guid? incarnation = null, double head = Now, double? through = null) =>
        new(name, DatabaseName.Data, [], null, new PeerAnnouncement(WireCapabilities.All, Guid.Empty, incarnation ?? Theirs, head, through));

    public static ControlFrame.PeerName OriginalNamed(NodeName name) => new(name, DatabaseName.Data, []);

    public static Change Put(int key, string table = "dog") =>
        new(new TableName(table), KeyCodec.FromNumber(key), ChangeKind.Put, new EncodedRecord(new Shape(["id"]), new byte[] { (byte)key }));

    public static ReceivedTransaction Transaction(
        NodeName origin, double version, double? previous = null, double? position = null, params ReceivedChange[] changes) => new(
        new Stamp(version, origin), null, previous, position, false,
        changes.Length > 0 ? [.. changes] : [new ReceivedChange(ReceivedKind.Change, Put(1), new Stamp(version, origin))]);

    public static ReceivedTransaction Rows(params (int Key, double Version, NodeName Origin)[] rows) => new(
        default, null, null, null, true, [.. rows.Select(row => new ReceivedChange(ReceivedKind.Change, Put(row.Key), new Stamp(row.Version, row.Origin)))]);
}

/// <summary>A receiving session driven by hand.</summary>
internal sealed class ReceivingDrive(ReceivingContext context, ReplicationPositions positions)
{
    public ReceivingState State { get; private set; } = ReceivingState.Start(context);

    public ReplicationPositions Positions { get; set; } = positions;

    public double Now { get; set; } = SessionScenes.Now;

    public ImmutableArray<ReceivingEffect> Last { get; private set; } = [];

    public ReceivingDrive On(ReceivingEvent happened)
    {
        (State, Last) = State.On(happened, SessionScenes.At(Positions, Now));
        return this;
    }

    public ReceivingDrive Frame(ControlFrame frame) => On(new ReceivingEvent.FrameReceived(frame));

    public ReceivingDrive Data(params ReceivedTransaction[] transactions) => On(new ReceivingEvent.DataReceived([.. transactions], 100));

    public ReceivingDrive Named(ControlFrame.PeerName name) => On(ReceivingEvent.Opened.Instance).Frame(name);

    /// <summary>The coordinator gives what was asked for.</summary>
    public ReceivingDrive Turn() => On(new ReceivingEvent.TurnGiven(Of<ReceivingEffect.AskTurn>().Copy));

    public ReceivingDrive Applied(int count, double? confirmed = null, bool copyCompleted = false, CommitResult.Rejected? failure = null) =>
        On(new ReceivingEvent.Applied(new AppliedBatch(count, 0, confirmed, copyCompleted, failure)));

    /// <summary>Up to the answered request.</summary>
    public ReceivingDrive Streaming(ControlFrame.PeerName name) =>
        Named(name).Turn().Frame(new ControlFrame.DbSchema([], DatabaseName.Data)).Frame(new ControlFrame.NodeNameToIdMap(ImmutableDictionary<NodeName, int>.Empty, []));

    public T Of<T>() where T : ReceivingEffect => Last.OfType<T>().Single();

    public T Sent<T>() where T : ControlFrame => Last.OfType<ReceivingEffect.Send>().Select(send => send.Frame).OfType<T>().Single();

    public ControlFrame.SubscriptionRequest Request => Sent<ControlFrame.SubscriptionRequest>();

    public T[] Commits<T>() where T : CommitRequest => [.. Last.OfType<ReceivingEffect.Apply>().Select(apply => apply.Request).OfType<T>()];
}
