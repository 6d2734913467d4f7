using Harper.Actors.Users;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Users;

/// <summary>Tokens and sessions (R-USR-05, R-USR-07). Open to callers who have not logged in: each of these checks credentials of its own.</summary>
public sealed class TokenOperations(IUserStore users, UserChanges changes, ITokenIssuer tokens, ISessions sessions) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries =>
    [
        new("create_authentication_tokens", OperationAccess.Open, CreateAsync),
        new("refresh_operation_token", OperationAccess.Open, RefreshAsync),
        new("login", OperationAccess.Open, LoginAsync),
        new("logout", OperationAccess.Open, LogoutAsync),
    ];

    private async ValueTask<OperationAnswer> CreateAsync(OperationCall call, CancellationToken cancellation)
    {
        var life = TokenLife.Parse(call.Fields);
        var role = call.Fields.Text("role");
        var account = call.Fields.Has("username") || call.Fields.Has("password")
            ? await VerifyAsync(call, "invalid credentials", cancellation).ConfigureAwait(false)
            : OfCaller(call.Caller);
        var refresh = tokens.Issue(account, users.FindRole(account.Role), TokenUse.Refresh, null, role);
        var operation = tokens.Issue(account, users.FindRole(account.Role), TokenUse.Operation, life, role);
        await changes.RunAsync(async () =>
        {
            // The password may have changed while the tokens were signed.
            if (users.Find(account.Username) is not { } now || now.Credential != account.Credential) throw new OperationError(401, "invalid credentials");
            await users.SaveAsync(now with { RefreshToken = UserAccount.HashToken(refresh) }, cancellation).ConfigureAwait(false);
            return OperationAnswer.Message("");
        }, cancellation).ConfigureAwait(false);
        return new OperationAnswer(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("operation_token", operation);
            writer.WriteString("refresh_token", refresh);
            writer.WriteEndObject();
        });
    }

    private async ValueTask<OperationAnswer> RefreshAsync(OperationCall call, CancellationToken cancellation)
    {
        var token = call.Fields.Text("refresh_token") ?? call.Caller.Bearer;
        if (string.IsNullOrEmpty(token))
            throw call.Caller.IsNobody ? new OperationError(401, "Must login") : OperationError.Bad("'refresh_token' is required");
        var claims = await tokens.ReadAsync(token).ConfigureAwait(false);
        if (claims.Use != TokenUse.Refresh || claims.Role is not null) throw Invalid();
        var account = users.Find(claims.Username);
        if (account is not { Active: true } || account.Credential != claims.Credential || !account.HoldsRefreshToken(token)) throw Invalid();
        var operation = tokens.Issue(account, users.FindRole(account.Role), TokenUse.Operation);
        return new OperationAnswer(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("operation_token", operation);
            writer.WriteEndObject();
        });
    }

    private async ValueTask<OperationAnswer> LoginAsync(OperationCall call, CancellationToken cancellation)
    {
        var account = await VerifyAsync(call, "Login failed", cancellation).ConfigureAwait(false);
        var session = await sessions.BeginAsync(account, cancellation).ConfigureAwait(false);
        return OperationAnswer.Message("Login successful") with { Session = session };
    }

    private async ValueTask<OperationAnswer> LogoutAsync(OperationCall call, CancellationToken cancellation)
    {
        if (call.Caller.Session is { } session) await sessions.EndAsync(session, cancellation).ConfigureAwait(false);
        return OperationAnswer.Message("Logout successful") with { Session = "" };
    }

    /// <exception cref="OperationError">401, in the same words whether the user or the password is wrong.</exception>
    private async ValueTask<UserAccount> VerifyAsync(OperationCall call, string refusal, CancellationToken cancellation)
    {
        if (call.Caller.Acting) throw OperationError.Forbidden("Who acts for another user cannot log in");
        var account = call.Fields.Text("username") is { } username ? users.Find(username) : null;
        var right = await users.VerifyAsync(account, call.Fields.Text("password") ?? "", cancellation).ConfigureAwait(false);
        if (!right || account is null) throw new OperationError(401, refusal);
        return account.Active ? account : throw new OperationError(401, "Cannot complete request: User is inactive");
    }

    /// <summary>Whoever acts for another must not leave with a token of either: it would allow more than the call does.</summary>
    private UserAccount OfCaller(Caller caller)
    {
        if (caller.Acting) throw OperationError.Forbidden("Who acts for another user cannot get tokens");
        return caller.User is { } user && users.Find(user) is { Active: true } account ? account : throw new OperationError(401, "Must login");
    }

    private static OperationError Invalid() => new(401, "invalid token");
}
