using Harper.Core.Operations;

namespace Harper.Actors.Users;

/// <summary>Log-ins that a browser keeps in a cookie (R-USR-07). They live on this node and end with the password they were begun with.</summary>
public interface ISessions
{
    /// <summary>The text for the cookie: random, stored nowhere as it is.</summary>
    /// <exception cref="OperationError">403: switched off. 503: too many.</exception>
    Task<string> BeginAsync(UserAccount account, CancellationToken cancellation);

    /// <summary>The user it belongs to and that user's <see cref="UserAccount.Credential"/> when it began; null: there is no such session any more.</summary>
    (string Username, string Credential)? Find(string session);

    Task EndAsync(string session, CancellationToken cancellation);
}
