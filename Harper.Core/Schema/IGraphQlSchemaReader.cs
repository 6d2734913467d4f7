using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Core.Schema;

/// <summary>The port to a parser of GraphQL schema files. Reading never throws for what a file says: problems name place and reason.</summary>
public interface IGraphQlSchemaReader
{
    DeclaredSchema Read(string text);
}

/// <summary>The tables that a schema file declares, and what is wrong or not served in it. A type that cannot be a table is left out.</summary>
public sealed record DeclaredSchema(ImmutableArray<DeclaredTable> Tables, ImmutableArray<string> Problems);

public sealed record DeclaredTable(DatabaseName Database, TableSpec Spec);
