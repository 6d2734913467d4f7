using System.Collections.Immutable;
using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;
using Harper.Core.Identity;
using Harper.Core.Schema;

namespace Harper.Host.Schema;

/// <summary>Reads GraphQL schema files with GraphQL-Parser: types marked <c>@table</c> become tables (R-SCH-11, D20).</summary>
public sealed class GraphQlSchemaReader : IGraphQlSchemaReader
{
    private const int MaxDepth = 64;

    /// <summary>To say what is wrong in a line takes the parser time that grows with the square of its length: a megabyte would keep a node from starting.</summary>
    private const int MaxLineLength = 4 * 1024;

    public DeclaredSchema Read(string text)
    {
        if (EndlessLine(text) is { } line) return new DeclaredSchema([], [$"line {line}: a line has {MaxLineLength} characters at most"]);
        GraphQLDocument document;
        try
        {
            document = Parser.Parse(text, new ParserOptions { MaxDepth = MaxDepth });
        }
        catch (GraphQLParserException error)
        {
            return new DeclaredSchema([], [$"line {error.Location.Line}, column {error.Location.Column}: {error.Description}"]);
        }
        var tables = new List<DeclaredTable>();
        var problems = new List<string>();
        foreach (var type in document.Definitions.OfType<GraphQLObjectTypeDefinition>())
        {
            if (GraphQlDirectives.Find(type, "table") is not { } table) continue;
            if (GraphQlTable.Read(type, table, problems) is not { } declared) continue;
            if (tables.Exists(other => other.Database == declared.Database && other.Spec.Name == declared.Spec.Name))
                problems.Add($"type {type.Name.StringValue}: table '{declared.Database}.{declared.Spec.Name}' is declared twice");
            else tables.Add(declared);
        }
        return new DeclaredSchema([.. tables], [.. problems]);
    }

    private static int? EndlessLine(string text)
    {
        var line = 1;
        foreach (var one in text.AsSpan().EnumerateLines())
        {
            if (one.Length > MaxLineLength) return line;
            line++;
        }
        return null;
    }
}
