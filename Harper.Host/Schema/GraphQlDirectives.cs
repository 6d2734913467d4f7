using System.Globalization;
using GraphQLParser.AST;

namespace Harper.Host.Schema;

/// <summary>Directives and their arguments as plain values.</summary>
internal static class GraphQlDirectives
{
    public static GraphQLDirective? Find(IHasDirectivesNode node, string name) =>
        node.Directives?.FirstOrDefault(directive => directive.Name.Value.Span.SequenceEqual(name));

    public static bool Has(IHasDirectivesNode node, string name) => Find(node, name) is not null;

    public static string? Text(GraphQLDirective directive, string argument) => Value(directive, argument) switch
    {
        GraphQLStringValue text => text.Value.ToString(),
        GraphQLEnumValue word => word.Name.StringValue,
        _ => null,
    };

    public static bool? Flag(GraphQLDirective directive, string argument) => Value(directive, argument) switch
    {
        GraphQLBooleanValue flag => flag.BoolValue,
        GraphQLStringValue text when bool.TryParse(text.Value.Span, out var flag) => flag,
        _ => null,
    };

    public static double? Number(GraphQLDirective directive, string argument) => Value(directive, argument) switch
    {
        GraphQLIntValue number => double.Parse(number.Value.Span, CultureInfo.InvariantCulture),
        GraphQLFloatValue number => double.Parse(number.Value.Span, CultureInfo.InvariantCulture),
        GraphQLStringValue text when double.TryParse(text.Value.Span, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    private static GraphQLValue? Value(GraphQLDirective directive, string argument) =>
        directive.Arguments?.FirstOrDefault(candidate => candidate.Name.Value.Span.SequenceEqual(argument))?.Value;
}
