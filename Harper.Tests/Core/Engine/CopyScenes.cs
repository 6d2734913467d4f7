using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Positions;
using Harper.Tests.Support;

namespace Harper.Tests.Core.Engine;

/// <summary>The copy that specs of the writer finish: from one node, of what it has of itself and of another.</summary>
internal static class CopyScenes
{
    public static readonly NodeName A = new("a"), B = new("b");
    public static readonly Guid Incarnation = Guid.NewGuid();

    public static ImmutableDictionary<NodeName, double> Vector() => ImmutableDictionary.CreateRange([KeyValuePair.Create(A, 2_000_000d), KeyValuePair.Create(B, 600d)]);

    public static CopyCursor Cursor(string after) => new(A, Incarnation, Vector(), 2_000_000, TestDatabase.Dogs, KeyCodec.FromText(after), 7, 70, false);
}
