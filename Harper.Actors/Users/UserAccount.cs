namespace Harper.Actors.Users;

/// <summary>A user of this node: a row of <c>system.hdb_user</c>. The hash never leaves the process (R-USR-06).</summary>
/// <param name="Role">Id of the role, which is its name.</param>
/// <param name="PasswordHash">Algorithm, cost, salt and hash in one text; see PasswordHasher.</param>
/// <param name="CreatedTime">Milliseconds since 1970.</param>
public sealed record UserAccount(
    string Username, string Role, bool Active, string PasswordHash, double CreatedTime = 0, double UpdatedTime = 0);
