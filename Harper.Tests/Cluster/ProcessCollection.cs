using Xunit;

namespace Harper.Tests.Cluster;

/// <summary>Specs that start processes: one after the other, and nothing beside them, because two cores are all there is.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessCollection
{
    public const string Name = "processes";
}
