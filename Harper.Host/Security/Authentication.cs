using System.Net;
using System.Text;
using Harper.Actors.Operations;
using Harper.Actors.Peers;
using Harper.Actors.Users;
using Harper.Core.Operations;
using Harper.Core.Permissions;
using Harper.Host.Configuration;
using Harper.Host.Logging;
using Microsoft.Extensions.Logging;

namespace Harper.Host.Security;

/// <summary>
/// Finds out who calls (R-OPS-05): a password, a token, a session, each against the users as they are now. Refusals are thrown as 401 with the original's texts,
/// which do not say whether a user exists.
/// </summary>
internal sealed class Authentication(
    IUserStore users, ITokenIssuer tokens, ISessions sessions, AuthenticationConfig config, ILogger<Authentication> log) : IPeerCredentials
{
    private const int MaxHeaderChars = 16 * 1024;

    /// <summary>Who may call as super_user without a name: the domain socket's owner, and local callers where the operator allows it.</summary>
    public static readonly Caller Local = new(null, SuperUser: true);

    /// <summary>For HTTP callers.</summary>
    /// <param name="remote">Null: the domain socket, whose callers are super_user.</param>
    /// <param name="session">What the session's cookie holds.</param>
    /// <param name="certified">The user that the client's certificate names; null: there is none, or it names nobody.</param>
    /// <exception cref="OperationError">401: nobody, or not who they say.</exception>
    public ValueTask<Caller> AuthenticateAsync(string? authorization, IPAddress? remote, CancellationToken cancellation, string? session = null, string? certified = null)
    {
        if (!string.IsNullOrEmpty(authorization)) return FromHeaderAsync(authorization, cancellation);
        if (session is not null && FromSession(session) is { } caller) return new ValueTask<Caller>(caller);
        if (certified is not null) return new ValueTask<Caller>(FromCertificate(certified));
        if (remote is null || config.AuthorizeLocal && IsLoopback(remote)) return new ValueTask<Caller>(Local);
        throw new OperationError(401, "Must login");
    }

    /// <summary>For sockets between nodes: never by address (D28).</summary>
    async ValueTask<Caller?> IPeerCredentials.AuthenticateAsync(string authorization, CancellationToken cancellation)
    {
        try
        {
            return await FromHeaderAsync(authorization, cancellation).ConfigureAwait(false);
        }
        catch (OperationError refused) when (refused.Status is 401 or 403)
        {
            return null;
        }
    }

    /// <summary>The token of a header, under each of the names that clients give it (D13); null: it is no token.</summary>
    public static string? TokenOf(string header)
    {
        var space = header.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0) return header.StartsWith("eyJ", StringComparison.Ordinal) ? header : null;
        var scheme = header.AsSpan(0, space);
        return scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || scheme.Equals("Token", StringComparison.OrdinalIgnoreCase)
            ? header[(space + 1)..].Trim()
            : null;
    }

    private async ValueTask<Caller> FromHeaderAsync(string header, CancellationToken cancellation)
    {
        if (header.Length > MaxHeaderChars) throw new OperationError(401, "Login failed");
        if (TokenOf(header) is { } token) return await FromTokenAsync(token).ConfigureAwait(false);
        if (header.Trim().Equals("Bearer", StringComparison.OrdinalIgnoreCase)) throw new OperationError(401, "invalid token");
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) throw new OperationError(401, "Must login");
        var (username, password) = ReadBasic(header.AsSpan("Basic ".Length).Trim());

        var account = users.Find(username);
        // The password first: only its owner may learn that an account is inactive.
        if (!await users.VerifyAsync(account, password, cancellation).ConfigureAwait(false)) throw Refused(username, "Login failed");
        if (!account!.Active) throw Refused(username, "Cannot complete request: User is inactive");
        if (config.LogSuccessful) log.Log(LogLevel.Information, LogSeverity.Notify, "User {Username} logged in", username);
        return CallerOf(account);
    }

    /// <summary>A token holds as long as its user does, with the password it was given out for.</summary>
    private async ValueTask<Caller> FromTokenAsync(string token)
    {
        var claims = await tokens.ReadAsync(token).ConfigureAwait(false);
        if (claims.Use != TokenUse.Operation || claims.Role is not null) throw new OperationError(401, "invalid token");
        if (users.Find(claims.Username) is not { } account || account.Credential != claims.Credential) throw Refused(claims.Username, "invalid token");
        return account.Active ? CallerOf(account) : throw Refused(claims.Username, "Cannot complete request: User is inactive");
    }

    /// <summary>Null: whoever sends an old cookie has not logged in, which is no offence.</summary>
    private Caller? FromSession(string session) =>
        sessions.Find(session) is { } found && users.Find(found.Username) is { Active: true } account && account.Credential == found.Credential
            ? CallerOf(account) with { Session = session }
            : null;

    private Caller FromCertificate(string username)
    {
        if (users.Find(username) is not { } account) throw Refused(username, $"The client certificate stands for '{username}', who is no user of this node");
        if (!account.Active) throw Refused(username, "Cannot complete request: User is inactive");
        return CallerOf(account);
    }

    private Caller CallerOf(UserAccount account)
    {
        var role = users.FindRole(account.Role)?.Allows ?? RolePermission.None;
        return new Caller(account.Username, role.SuperUser) { Role = role };
    }

    private OperationError Refused(string username, string reason)
    {
        if (config.LogFailed) log.Log(LogLevel.Warning, LogSeverity.Notify, "User {Username} was refused: {Reason}", username, reason);
        return new OperationError(401, reason);
    }

    private static (string Username, string Password) ReadBasic(ReadOnlySpan<char> encoded)
    {
        Span<byte> bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64Chars(encoded, bytes, out var length)) throw new OperationError(401, "Invalid character");
        var text = Encoding.UTF8.GetString(bytes[..length]);
        var colon = text.IndexOf(':');
        if (colon < 0) throw new OperationError(401, "Login failed");
        return (text[..colon], text[(colon + 1)..]);
    }

    private static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
