using Akka.Actor;
using Harper.Actors.Databases;
using Harper.Actors.Describe;
using Harper.Actors.Node;
using Harper.Actors.Supervision;
using Harper.Core.Identity;
using Harper.Core.Schema;

namespace Harper.Actors.Tables;

/// <summary>
/// One child per table of the database, following the catalog: a table dropped and made again is another child. Child of DatabaseActor. After a
/// failure it is restarted and makes its children from the catalog again.
/// </summary>
internal sealed class TablesActor : DescribedActor
{
    private readonly DatabaseHandle _database;
    private readonly NodeServices _services;
    private readonly Dictionary<TableName, (Guid Incarnation, IActorRef Actor)> _tables = [];
    private readonly HashSet<string> _stopping = [];

    public TablesActor(DatabaseHandle database, NodeServices services)
    {
        _database = database;
        _services = services;
        Receive<TableProtocol.CatalogChanged>(message => Follow(message.Catalog));
        Receive<Terminated>(message => OnTerminated(message.ActorRef));
    }

    public static Props Props(DatabaseHandle database, NodeServices services) =>
        ActorProps.Of(() => new TablesActor(database, services)).WithDeploy(Deploy.Local);

    protected override void PreStart() => Follow(_database.Engine.Catalog);

    protected override SupervisorStrategy SupervisorStrategy() => SupervisionPolicies.Tables();

    protected override string DescribeState() => $"{_tables.Count} tables";

    private void Follow(DatabaseCatalog catalog)
    {
        foreach (var (name, table) in _tables.ToList())
            if (catalog.Find(name)?.Incarnation != table.Incarnation) Stop(name, table.Actor);
        foreach (var definition in catalog.Tables.Values)
        {
            if (_tables.TryGetValue(definition.Name, out var table)) table.Actor.Tell(new TableProtocol.DefinitionChanged(definition));
            else Start(definition);
        }
    }

    private void Start(TableDefinition definition)
    {
        var name = NodePaths.Escape(definition.Name.Value);
        // A table of this name is on its way out: its end calls for another look.
        if (_stopping.Contains(name)) return;
        _tables[definition.Name] = (definition.Incarnation, Context.ActorOf(TableActor.Props(_database, definition, _services.Settings.Tables), name));
    }

    private void Stop(TableName name, IActorRef table)
    {
        _tables.Remove(name);
        _stopping.Add(table.Path.Name);
        Context.Watch(table);
        Context.Stop(table);
    }

    private void OnTerminated(IActorRef table)
    {
        _stopping.Remove(table.Path.Name);
        Follow(_database.Engine.Catalog);
    }
}
