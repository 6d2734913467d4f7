using Harper.Actors.Users;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Users;

/// <summary>
/// Changes of users and roles one after the other, since each looks first and writes then; and the rule that one super_user who can log in is left (the original
/// lets the last one go, and then nobody can come back in).
/// </summary>
public sealed class UserChanges : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _one = new(1);

    public void Dispose() => _one.Dispose();

    public async Task<OperationAnswer> RunAsync(Func<Task<OperationAnswer>> change, CancellationToken cancellation)
    {
        if (!await _one.WaitAsync(Patience, cancellation).ConfigureAwait(false))
            throw new OperationError(503, "Another change of users takes too long, try again") { RetryAfterSeconds = 5 };
        try
        {
            return await change().ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <param name="leaves">Who would no longer be an active super_user.</param>
    /// <exception cref="OperationError">409: nobody else is one.</exception>
    public void RequireAnotherSuperUser(IUserStore users, Func<UserAccount, bool> leaves, string what)
    {
        bool IsSuperUser(UserAccount account) => account.Active && users.FindRole(account.Role)?.IsSuperUser is true;
        var supers = users.List().Where(IsSuperUser).ToList();
        if (supers.Any(leaves) && supers.All(leaves))
            throw new OperationError(409, $"Cannot {what}: no active user with a 'super_user' role would be left. Add another one first");
    }
}
