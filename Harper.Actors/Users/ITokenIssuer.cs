using Harper.Core.Operations;

namespace Harper.Actors.Users;

/// <summary>What a token is for: operations, or getting the next token for operations.</summary>
public enum TokenUse { Operation, Refresh }

/// <summary>What a token that holds says.</summary>
/// <param name="Credential">Which password its user had; see <see cref="UserAccount.Credential"/>.</param>
/// <param name="Role">A role of an application; such a token is none for the operations API.</param>
public sealed record TokenClaims(string Username, TokenUse Use, string? Credential, string? Role);

/// <summary>Makes and reads tokens, signed with keys of this node alone: another node's do not hold here (operations API 15).</summary>
public interface ITokenIssuer
{
    /// <param name="life">Null: as configured for the use.</param>
    string Issue(UserAccount account, UserRole? role, TokenUse use, TimeSpan? life = null, string? forRole = null);

    /// <exception cref="OperationError">401: <c>invalid token</c> or <c>token expired</c>.</exception>
    ValueTask<TokenClaims> ReadAsync(string token);
}
