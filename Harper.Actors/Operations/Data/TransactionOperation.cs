#pragma warning disable CS9113
using Harper.Actors.Databases;
using Harper.Core.Identity;

namespace Harper.Actors.Operations.Data;

/// <summary>Several writes to several tables of one database, all or nothing, on every node (R-TXN-20, R-TXN-21).</summary>
public sealed class TransactionOperation(IDatabaseDirectory databases, NodeName self, OperationSettings settings) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries => [];
}
