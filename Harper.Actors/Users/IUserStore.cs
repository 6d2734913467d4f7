namespace Harper.Actors.Users;

/// <summary>
/// Users and roles of this node; they never replicate (D1). Reads see the last durable commit, so that a change of a user holds from the
/// next request on (R-OPS-12). Safe for any thread.
/// </summary>
public interface IUserStore
{
    UserAccount? Find(string username);

    IReadOnlyList<UserAccount> List();

    UserRole? FindRole(string id);

    IReadOnlyList<UserRole> ListRoles();

    /// <summary>Adds or replaces, durably; throws OperationError when the store refuses.</summary>
    Task SaveAsync(UserAccount account, CancellationToken cancellation = default);

    Task SaveAsync(UserRole role, CancellationToken cancellation = default);

    /// <summary>False: there is none.</summary>
    Task<bool> RemoveAsync(string username, CancellationToken cancellation = default);

    Task<bool> RemoveRoleAsync(string id, CancellationToken cancellation = default);

    /// <summary>The text to store for a password: salted, slow by design, few computed at once.</summary>
    /// <exception cref="Harper.Core.Operations.OperationError">503: too many are waiting.</exception>
    Task<string> HashPasswordAsync(string password, CancellationToken cancellation = default);

    /// <summary>Whether a password is the account's, active or not. Constant time, few computed at once; an unknown user (null) takes as long as a known one.</summary>
    /// <exception cref="Harper.Core.Operations.OperationError">503: too many log-ins are waiting.</exception>
    ValueTask<bool> VerifyAsync(UserAccount? account, string password, CancellationToken cancellation = default);
}
