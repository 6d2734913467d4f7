#pragma warning disable CS9113
using Harper.Actors.Databases;
using Harper.Core.Identity;

namespace Harper.Actors.Operations.Data;

/// <summary>insert, update, upsert and delete (R-DAT-01 to 06). One request is one transaction.</summary>
public sealed class DataOperations(IDatabaseDirectory databases, NodeName self, OperationSettings settings) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries => [];
}
