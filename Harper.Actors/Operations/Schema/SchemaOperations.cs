using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Permissions;
using Harper.Core.Schema;

namespace Harper.Actors.Operations.Schema;

/// <summary>Databases, tables and attributes: made, dropped and described (R-SCH-01 to 09).</summary>
public sealed class SchemaOperations(IDatabaseDirectory databases) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries =>
    [
        Entry("create_database", DatabaseArguments.Parse, arguments => Whole(arguments.Database), CreateDatabaseAsync) with { Aliases = ["create_schema"] },
        Entry("drop_database", DatabaseArguments.ParseRequired, arguments => Whole(arguments.Database), DropDatabaseAsync) with { Aliases = ["drop_schema"], Forwardable = true },
        Entry("create_table", CreateTableArguments.Parse, arguments => Within(arguments.Database), CreateTableAsync),
        Entry("drop_table", TableArguments.Parse, arguments => Within(arguments.Database), DropTableAsync) with { Forwardable = true },
        Entry(
            "create_attribute", AttributeArguments.Parse, arguments => AccessDemand.Of(arguments.Database, arguments.Table, Grants.Insert, [arguments.Attribute]),
            CreateAttributeAsync),
        Entry("drop_attribute", AttributeArguments.Parse, arguments => Within(arguments.Database), DropAttributeAsync) with { Forwardable = true },
        Description("describe_all", fields => fields.Flag("exact_count"), _ => AccessDemand.Nothing, DescribeAll),
        Description("describe_database", DatabaseArguments.Parse, arguments => Described(arguments.Database, null), DescribeDatabase) with { Aliases = ["describe_schema"] },
        Description("describe_table", TableArguments.Parse, arguments => Described(arguments.Database, arguments.Table), DescribeTable),
    ];

    private static AccessDemand Whole(DatabaseName database) => new() { Structure = database, WholeDatabase = true };

    private static AccessDemand Within(DatabaseName database) => new() { Structure = database };

    private static AccessDemand Described(DatabaseName database, TableName? table) => new() { Description = (database, table) };

    private async ValueTask<OperationAnswer> CreateDatabaseAsync(DatabaseArguments arguments)
    {
        var (_, created) = await databases.CreateAsync(arguments.Database).ConfigureAwait(false);
        return created
            ? OperationAnswer.Message($"database '{arguments.Database}' successfully created")
            : throw OperationError.Bad($"database '{arguments.Database}' already exists");
    }

    private async ValueTask<OperationAnswer> DropDatabaseAsync(DatabaseArguments arguments)
    {
        DatabaseLookup.RefuseSystem(arguments.Database);
        return await databases.DropAsync(arguments.Database).ConfigureAwait(false)
            ? OperationAnswer.Message($"successfully deleted '{arguments.Database}'")
            : throw OperationError.NotFound($"database '{arguments.Database}' does not exist");
    }

    private async ValueTask<OperationAnswer> CreateTableAsync(CreateTableArguments arguments)
    {
        DatabaseLookup.RefuseSystem(arguments.Database);
        var (database, _) = await databases.CreateAsync(arguments.Database).ConfigureAwait(false);
        var table = arguments.Table;
        if (database.Engine.Catalog.Find(table.Name) is not null)
            throw OperationError.Bad($"Table '{table.Name}' already exists in '{arguments.Database}'");
        await EditAsync(database, new SchemaEdit.CreateTable(table)).ConfigureAwait(false);
        return OperationAnswer.Message($"table '{arguments.Database}.{table.Name}' successfully created.");
    }

    private async ValueTask<OperationAnswer> DropTableAsync(TableArguments arguments)
    {
        DatabaseLookup.RefuseSystem(arguments.Database);
        var database = databases.Require(arguments.Database, 404);
        database.Require(arguments.Table, 404);
        await EditAsync(database, new SchemaEdit.DropTable(arguments.Table)).ConfigureAwait(false);
        return OperationAnswer.Message($"successfully deleted table '{arguments.Database}.{arguments.Table}'");
    }

    private async ValueTask<OperationAnswer> CreateAttributeAsync(AttributeArguments arguments)
    {
        DatabaseLookup.RefuseSystem(arguments.Database);
        var database = databases.Require(arguments.Database, 404);
        var table = database.Require(arguments.Table, 404);
        if (AttributeNames.Problem(arguments.Attribute) is { } problem) throw OperationError.Bad(problem);
        var (type, elements) = AttributeTypes.Parse(arguments.Type);
        if (AttributeTypes.Problem(arguments.Attribute, type, elements) is { } unknown) throw OperationError.Bad(unknown);
        if (table.Find(arguments.Attribute) is not null)
            throw OperationError.Bad($"attribute '{arguments.Attribute}' already exists in {arguments.Database}.{arguments.Table}");
        await EditAsync(database, new SchemaEdit.CreateAttribute(arguments.Table, arguments.Attribute, arguments.Type)).ConfigureAwait(false);
        return OperationAnswer.Message($"attribute '{arguments.Database}.{arguments.Table}.{arguments.Attribute}' successfully created.");
    }

    private async ValueTask<OperationAnswer> DropAttributeAsync(AttributeArguments arguments)
    {
        DatabaseLookup.RefuseSystem(arguments.Database);
        var database = databases.Require(arguments.Database, 404);
        var table = database.Require(arguments.Table, 404);
        var attribute = table.Find(arguments.Attribute)
            ?? throw OperationError.NotFound($"Attribute '{arguments.Attribute}' does not exist on '{arguments.Database}.{arguments.Table}'");
        if (attribute.IsPrimaryKey) throw OperationError.Bad("You cannot drop a hash attribute");
        if (attribute.Name is CreateTableArguments.CreatedTime or CreateTableArguments.UpdatedTime)
            throw OperationError.Bad($"cannot drop internal timestamp attribute: {attribute.Name}");
        await EditAsync(database, new SchemaEdit.DropAttribute(arguments.Table, arguments.Attribute)).ConfigureAwait(false);
        return OperationAnswer.Message($"successfully deleted attribute '{arguments.Attribute}'");
    }

    private Action<Utf8JsonWriter> DescribeAll(bool exactCount, RolePermission sight) => writer =>
    {
        writer.WriteStartObject();
        foreach (var database in databases.All.Where(database => !database.Name.IsSystem && sight.Sees(database.Name)).OrderBy(database => database.Name.Value, StringComparer.Ordinal))
        {
            writer.WritePropertyName(database.Name.Value);
            TableDescription.WriteAll(writer, database, sight, exactCount);
        }
        writer.WriteEndObject();
    };

    private Action<Utf8JsonWriter> DescribeDatabase(DatabaseArguments arguments, RolePermission sight)
    {
        var database = databases.Require(arguments.Database, 404);
        return writer => TableDescription.WriteAll(writer, database, sight, exactCount: false);
    }

    private Action<Utf8JsonWriter> DescribeTable(TableArguments arguments, RolePermission sight)
    {
        var database = databases.Require(arguments.Database, 404);
        database.Require(arguments.Table, 404);
        return writer => TableDescription.WriteOne(writer, database, arguments.Table, sight, arguments.ExactCount);
    }

    private static Task EditAsync(IDatabaseHandle database, SchemaEdit edit) =>
        database.CommitOrThrowAsync<CommitResult.SchemaChanged>(new CommitRequest.Schema([edit]));

    private static OperationEntry Entry<TArguments>(
        string name, Func<OperationFields, TArguments> parse, Func<TArguments, AccessDemand> demand, Func<TArguments, ValueTask<OperationAnswer>> handle) =>
        OperationEntry.OfRole(name, call => parse(call.Fields), demand, (arguments, _, _) => handle(arguments));

    private static OperationEntry Description<TArguments>(
        string name, Func<OperationFields, TArguments> parse, Func<TArguments, AccessDemand> demand,
        Func<TArguments, RolePermission, Action<Utf8JsonWriter>> describe) =>
        OperationEntry.OfRole(
            name, call => parse(call.Fields), demand,
            (arguments, call, _) => ValueTask.FromResult(new OperationAnswer(200, describe(arguments, call.Caller.Sight))));
}
