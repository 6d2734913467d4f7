using System.Collections.Immutable;

namespace Harper.Core.Schema;

/// <summary>
/// Finds attributes of a wide table without looking at each: a table may have thousands, and a record may name as many. What it remembers is of no meaning to
/// the definition that holds it, so all are equal; a definition made from another shares it, and it is worked out anew for other attributes. Safe for any thread.
/// </summary>
internal sealed class AttributeNames : IEquatable<AttributeNames>
{
    /// <summary>Fewer are found faster one by one.</summary>
    private const int Few = 16;

    private volatile Known? _known;

    public AttributeDefinition? Find(ImmutableArray<AttributeDefinition> attributes, string name)
    {
        if (attributes.Length > Few)
        {
            var known = _known;
            if (known is null || known.Of != attributes) _known = known = new Known(attributes, attributes.ToDictionary(attribute => attribute.Name, StringComparer.Ordinal));
            return known.ByName.GetValueOrDefault(name);
        }

        foreach (var candidate in attributes)
            if (string.Equals(candidate.Name, name, StringComparison.Ordinal)) return candidate;
        return null;
    }

    public bool Equals(AttributeNames? other) => other is not null;

    public override bool Equals(object? obj) => obj is AttributeNames;

    public override int GetHashCode() => 0;

    private sealed record Known(ImmutableArray<AttributeDefinition> Of, Dictionary<string, AttributeDefinition> ByName);
}
