using Harper.Core.Identity;

namespace Harper.Core.Operations;

/// <summary>The database that an operation is about.</summary>
public sealed record DatabaseArguments(DatabaseName Database)
{
    public static DatabaseArguments Parse(OperationFields fields)
    {
        var check = new FieldCheck(fields);
        var database = check.Database();
        check.Throw();
        return new DatabaseArguments(new DatabaseName(database));
    }

    /// <summary>For dropping, where nothing is dropped by default.</summary>
    public static DatabaseArguments ParseRequired(OperationFields fields)
    {
        var check = new FieldCheck(fields);
        var database = check.RequiredName("database");
        check.Throw();
        return new DatabaseArguments(new DatabaseName(database));
    }
}

/// <summary>The table that an operation is about.</summary>
public sealed record TableArguments(DatabaseName Database, TableName Table)
{
    public bool ExactCount { get; init; }

    public static TableArguments Parse(OperationFields fields)
    {
        var check = new FieldCheck(fields);
        var arguments = new TableArguments(new DatabaseName(check.Database()), new TableName(check.RequiredName("table")))
        {
            ExactCount = check.Flag("exact_count") ?? false,
        };
        check.Throw();
        return arguments;
    }
}

/// <summary>The attribute that an operation is about.</summary>
public sealed record AttributeArguments(DatabaseName Database, TableName Table, string Attribute, string? Type)
{
    public static AttributeArguments Parse(OperationFields fields)
    {
        var check = new FieldCheck(fields);
        var arguments = new AttributeArguments(
            new DatabaseName(check.Database()), new TableName(check.RequiredName("table")), check.RequiredName("attribute"), fields.Text("type"));
        check.Throw();
        return arguments;
    }
}
