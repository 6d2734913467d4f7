using System.Collections.Immutable;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Reading;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.Storage;
using Harper.Core.Storage.Memory;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Tests.Support;

/// <summary>A database with its engine and a clock that the spec turns, and short words for what specs do with it.</summary>
internal sealed class TestDatabase : IDisposable
{
    public static readonly NodeName Self = new("self");
    public static readonly TableName Dogs = new("dogs");

    private readonly EngineSettings _settings;
    private int _guids;

    public TestDatabase(IOrderedStore? store = null, EngineSettings? settings = null, NodeName? self = null, bool withTable = true)
    {
        Store = store ?? new MemoryStore();
        Name = self ?? Self;
        _settings = settings ?? EngineSettings.Default;
        Engine = Open();
        if (withTable && Engine.Catalog.Find(Dogs) is null) CreateTable(Dogs);
    }

    public NodeName Name { get; }

    public IOrderedStore Store { get; private set; }

    public DatabaseEngine Engine { get; private set; }

    public double Now { get; set; } = 1_000_000;

    public TableDefinition Table => Engine.Catalog.Find(Dogs)!;

    /// <summary>The engine that finds what the store holds, as after a kill: the one before is not told.</summary>
    public DatabaseEngine Reopen(IOrderedStore? store = null)
    {
        if (store is not null) Store = store;
        return Engine = Open();
    }

    public CommitResult Commit(CommitRequest request) => Single(Engine.Commit([request], Now).Results);

    public TResult Commit<TResult>(CommitRequest request) where TResult : CommitResult =>
        Commit(request) is TResult result ? result : throw new InvalidOperationException($"{request} was answered otherwise");

    public void CreateTable(TableName name, Func<TableSpec, TableSpec>? with = null)
    {
        var spec = new TableSpec(name, "id", [new AttributeDefinition(0, "id", IsPrimaryKey: true)]);
        Commit<CommitResult.SchemaChanged>(new CommitRequest.Schema([new SchemaEdit.CreateTable(with?.Invoke(spec) ?? spec)]));
    }

    public CommitResult.Written Write(params LocalWrite[] writes) => Commit<CommitResult.Written>(new CommitRequest.Local([.. writes], "me"));

    public CommitResult.Applied Receive(
        NodeName origin, double version, double? previous, params Change[] changes) =>
        Commit<CommitResult.Applied>(Remote(origin, version, previous, changes));

    public static CommitRequest.Remote Remote(NodeName origin, double version, double? previous, params Change[] changes) =>
        new(new Transaction(new Stamp(version, origin), "them", [.. changes]), previous, origin, FromOriginal: false, IssuerPosition: null);

    public static CommitRequest.Remote FromOriginal(NodeName origin, NodeName via, double version, double? position, params Change[] changes) =>
        new(new Transaction(new Stamp(version, origin), "them", [.. changes]), null, via, FromOriginal: true, position);

    /// <summary>What readers see of a row, as <c>name=value</c> in the order of the names; null when there is none.</summary>
    public string? Read(string key)
    {
        using var view = Engine.OpenView(Now);
        return view.TryRead(view.Catalog.Find(Dogs)!, KeyCodec.FromText(key), out var record) ? Records.Text(record.Record) : null;
    }

    public Row? Row(string key)
    {
        using var view = Engine.OpenView(Now);
        return view.ReadRow(view.Catalog.Find(Dogs)!, KeyCodec.FromText(key));
    }

    public ImmutableArray<LoggedTransaction> Log(double after = 0) => Engine.ReadLog(after, int.MaxValue).Transactions;

    public void Dispose() => Engine.Dispose();

    private DatabaseEngine Open() => DatabaseEngine.Open(
        Store, DatabaseName.Data, Name, _settings, Now, () => new Guid(++_guids, 0, 0, [0, 0, 0, 0, 0, 0, 0, (byte)Name.Value.Length]));

    private static CommitResult Single(ImmutableArray<CommitResult> results) => results.Single();
}
