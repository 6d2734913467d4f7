using System.Collections.Immutable;
using Harper.Core.Values;

namespace Harper.Core.Search;

/// <summary>What records a search wants. Decides about a record from its bytes.</summary>
public abstract record SearchCondition
{
    private SearchCondition()
    {
    }

    public abstract bool Matches(in EncodedRecord record);

    /// <summary>The names of the top-level attributes it looks at.</summary>
    public abstract IEnumerable<string> Attributes { get; }

    /// <param name="Path">An attribute, or the way to one inside nested objects.</param>
    /// <param name="High">The upper value of <c>between</c>.</param>
    public sealed record Comparison(ImmutableArray<string> Path, Comparator Comparator, SearchOperand Operand, SearchOperand? High = null) : SearchCondition
    {
        public override IEnumerable<string> Attributes => [Path[0]];

        public override bool Matches(in EncodedRecord record)
        {
            if (!AttributePath.TryFind(record, Path, out var value)) value = AttributePath.Undefined;
            return ValueMatch.Matches(value, this);
        }
    }

    public sealed record And(ImmutableArray<SearchCondition> Parts) : SearchCondition
    {
        public override IEnumerable<string> Attributes => Parts.SelectMany(part => part.Attributes);

        public override bool Matches(in EncodedRecord record)
        {
            foreach (var part in Parts)
                if (!part.Matches(record)) return false;
            return true;
        }
    }

    public sealed record Or(ImmutableArray<SearchCondition> Parts) : SearchCondition
    {
        public override IEnumerable<string> Attributes => Parts.SelectMany(part => part.Attributes);

        public override bool Matches(in EncodedRecord record)
        {
            foreach (var part in Parts)
                if (part.Matches(record)) return true;
            return false;
        }
    }
}
