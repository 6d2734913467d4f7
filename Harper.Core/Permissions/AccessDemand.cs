using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Permissions;

/// <summary>What one call of an operation needs of a role, said by the operation from the arguments that it will use.</summary>
public sealed record AccessDemand
{
    /// <summary>Nothing of a role: the answer itself shows only what the role may see.</summary>
    public static readonly AccessDemand Nothing = new();

    public ImmutableArray<TableDemand> Tables { get; init; } = [];

    /// <summary>A database whose structure is to be changed.</summary>
    public DatabaseName? Structure { get; init; }

    /// <summary>Whether the database itself is made or dropped, for which a list of databases is not enough.</summary>
    public bool WholeDatabase { get; init; }

    /// <summary>A database or table whose description is asked for.</summary>
    public (DatabaseName Database, TableName? Table)? Description { get; init; }

    public static AccessDemand Of(DatabaseName database, TableName table, Grants needed, IEnumerable<string>? attributes = null) =>
        new() { Tables = [new TableDemand(database, table, needed, attributes is null ? [] : [.. attributes.Distinct()])] };
}

/// <param name="Attributes">Those named, each of which needs <paramref name="Needed"/> too; deletes name none.</param>
public readonly record struct TableDemand(DatabaseName Database, TableName Table, Grants Needed, ImmutableArray<string> Attributes);
