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
/// Finds out who calls (R-OPS-05): the Authorization header against the users of this node. Refusals are thrown as 401 with the original's texts, which
/// do not say whether a user exists.
/// </summary>
internal sealed class Authentication(IUserStore users, AuthenticationConfig config, ILogger<Authentication> log) : IPeerCredentials
{
    private const int MaxHeaderChars = 8192;

    /// <summary>Who may call as super_user without a name: the domain socket's owner, and local callers where the operator allows it.</summary>
    public static readonly Caller Local = new(null, SuperUser: true);

    /// <summary>For HTTP callers.</summary>
    /// <param name="remote">Null: the domain socket, whose callers are super_user.</param>
    /// <exception cref="OperationError">401: nobody, or not who they say.</exception>
    public ValueTask<Caller> AuthenticateAsync(string? authorization, IPAddress? remote, CancellationToken cancellation)
    {
        if (!string.IsNullOrEmpty(authorization)) return FromHeaderAsync(authorization, cancellation);
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
        catch (OperationError)
        {
            return null;
        }
    }

    private async ValueTask<Caller> FromHeaderAsync(string header, CancellationToken cancellation)
    {
        if (header.Length > MaxHeaderChars) throw new OperationError(401, "Login failed");
        var space = header.IndexOf(' ');
        var scheme = space < 0 ? header : header[..space];
        if (!scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) throw new OperationError(401, "invalid token");
        var (username, password) = ReadBasic(header.AsSpan(space + 1).Trim());

        var account = users.Find(username);
        // The password first: only its owner may learn that an account is inactive.
        if (!await users.VerifyAsync(account, password, cancellation).ConfigureAwait(false)) throw Refused(username, "Login failed");
        if (!account!.Active) throw Refused(username, "Cannot complete request: User is inactive");
        if (config.LogSuccessful) log.Log(LogLevel.Information, LogSeverity.Notify, "User {Username} logged in", username);
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
