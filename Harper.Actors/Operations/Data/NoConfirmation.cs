using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Operations.Writes;

namespace Harper.Actors.Operations.Data;

/// <summary>A node without a cluster: nobody could confirm anything.</summary>
public sealed class NoConfirmation : IWriteConfirmation
{
    public static readonly NoConfirmation Instance = new();

    public void Check(DatabaseName database, ConfirmationWish wish)
    {
        if (wish.Nodes > 0) throw OperationError.Bad($"Cannot confirm replication to more nodes ({wish.Nodes}) than replicate database '{database}' (0)");
    }

    public Task WaitAsync(DatabaseName database, double position, ConfirmationWish wish, CancellationToken cancellation) => Task.CompletedTask;
}
