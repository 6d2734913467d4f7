using Akka.Configuration;

namespace Harper.Actors.Node;

/// <summary>How the node runs, from the <c>harper</c> section of harper.hocon: one record per feature. A missing section stops the start.</summary>
public sealed record NodeSettings
{
    public static NodeSettings Create(Config config) => new();
}
