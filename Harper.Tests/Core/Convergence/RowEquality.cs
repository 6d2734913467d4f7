using Harper.Core.Records;

namespace Harper.Tests.Core.Convergence;

/// <summary>Whether two nodes hold the same row: what readers see, and every stamp that later changes will be compared with.</summary>
internal static class RowEquality
{
    public static bool Same(Row? left, Row? right)
    {
        if (left is null || right is null) return left is null && right is null;
        if (ReferenceEquals(left, right)) return true;
        return left.Base == right.Base && left.Alive == right.Alive && left.ExpiresAt == right.ExpiresAt
            && left.Patched.Length == right.Patched.Length && left.Adds.Length == right.Adds.Length
            && left.Patched.All(right.Patched.Contains) && left.Adds.All(right.Adds.Contains) && SameValues(left, right);
    }

    private static bool SameValues(Row left, Row right)
    {
        if (left.Value.Shape.Count != right.Value.Shape.Count) return false;
        foreach (var name in left.Value.Shape.Names)
        {
            var value = RowOverlay.Find(right.Value, name);
            if (value.IsEmpty || !value.Span.SequenceEqual(RowOverlay.Find(left.Value, name).Span)) return false;
        }

        return true;
    }
}
