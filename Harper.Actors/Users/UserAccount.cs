using System.Security.Cryptography;
using System.Text;

namespace Harper.Actors.Users;

/// <summary>A user of this node: a row of <c>system.hdb_user</c>. The hash never leaves the process (R-USR-06).</summary>
/// <param name="Role">Id of the role, which is its name.</param>
/// <param name="PasswordHash">Algorithm, cost, salt and hash in one text; see PasswordHasher.</param>
/// <param name="CreatedTime">Milliseconds since 1970.</param>
public sealed record UserAccount(
    string Username, string Role, bool Active, string PasswordHash, double CreatedTime = 0, double UpdatedTime = 0)
{
    /// <summary>Hash of the refresh token that was given out last; null: none holds.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>
    /// Names the password without telling anything about it: what was given out under one password (tokens, sessions) ends with it (R-OPS-12). The hash it is
    /// made from is salted, so it is no help in guessing.
    /// </summary>
    public string Credential => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(PasswordHash)).AsSpan(0, 8));

    /// <summary>The form in which a refresh token is kept.</summary>
    public static string HashToken(string token) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public bool HoldsRefreshToken(string token) => RefreshToken is { } kept
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(kept), Encoding.UTF8.GetBytes(HashToken(token)));
}
