#pragma warning disable CS9113
using Harper.Actors.Databases;

namespace Harper.Actors.Operations.Schema;

/// <summary>Databases, tables and attributes: made, dropped and described (R-SCH-01 to 09).</summary>
public sealed class SchemaOperations(IDatabaseDirectory databases) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries => [];
}
