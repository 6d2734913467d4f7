using Harper.Core.Identity;
using Harper.Core.Operations.Writes;

namespace Harper.Actors.Operations.Data;

/// <summary>Waiting until other nodes have a write (R-TXN-17).</summary>
public interface IWriteConfirmation
{
    /// <summary>Refuses a count that cannot be reached, before anything is written.</summary>
    /// <exception cref="Core.Operations.OperationError">400: fewer nodes hold the database.</exception>
    void Check(DatabaseName database, ConfirmationWish wish);

    /// <summary>Waits until as many distinct nodes as wished have made durable what this node wrote at the position.</summary>
    /// <exception cref="Core.Operations.OperationError">504: they did not in time. The write stays, and goes on replicating.</exception>
    Task WaitAsync(DatabaseName database, double position, ConfirmationWish wish, CancellationToken cancellation);
}
