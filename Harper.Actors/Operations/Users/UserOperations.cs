using System.Text.Json;
using Harper.Actors.Users;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Users;

/// <summary>Users of this node (R-USR-01, 06). They never replicate; what is changed here holds from the next request on (R-OPS-12).</summary>
public sealed class UserOperations(IUserStore users, UserChanges changes) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.Of("add_user", OperationAccess.SuperUser, AddUserArguments.Parse, AddAsync),
        OperationEntry.Of("alter_user", OperationAccess.SuperUser, AlterUserArguments.Parse, AlterAsync),
        OperationEntry.Of("drop_user", OperationAccess.SuperUser, ParseUsername, DropAsync),
        OperationEntry.Of("list_users", OperationAccess.SuperUser, _ => 0, (_, _, _) => List()),
        OperationEntry.Of("user_info", OperationAccess.Anyone, call => call.Caller.User, (user, _, _) => Info(user)),
    ];

    private static string ParseUsername(OperationCall call) =>
        call.Fields.Text("username") is { Length: > 0 } username ? username : throw OperationError.Bad("Username can't be blank");

    private async ValueTask<OperationAnswer> AddAsync(AddUserArguments arguments, OperationCall call, CancellationToken cancellation)
    {
        Require(arguments);
        var hash = await users.HashPasswordAsync(arguments.Password, cancellation).ConfigureAwait(false);
        return await changes.RunAsync(async () =>
        {
            Require(arguments);
            await users.SaveAsync(new UserAccount(arguments.Username, arguments.Role, arguments.Active, hash), cancellation).ConfigureAwait(false);
            return OperationAnswer.Message($"{arguments.Username} successfully added");
        }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Before the hash, so that nobody waits for it in vain, and again when no other change can come between.</summary>
    private void Require(AddUserArguments arguments)
    {
        if (users.FindRole(arguments.Role) is null) throw OperationError.NotFound($"{arguments.Role} role not found");
        if (users.Find(arguments.Username) is not null) throw new OperationError(409, $"User {arguments.Username} already exists");
    }

    private async ValueTask<OperationAnswer> AlterAsync(AlterUserArguments arguments, OperationCall call, CancellationToken cancellation)
    {
        var hash = arguments.Password is null ? null : await users.HashPasswordAsync(arguments.Password, cancellation).ConfigureAwait(false);
        return await changes.RunAsync(async () =>
        {
            var role = arguments.Role is null ? null : users.FindRole(arguments.Role);
            if (arguments.Role is not null && role is null) throw OperationError.NotFound($"Update failed.  Requested '{arguments.Role}' role not found.");
            if (users.Find(arguments.Username) is not { } account) return Updated(arguments.Username, false);
            if (arguments.Active is false || role is { IsSuperUser: false })
                changes.RequireAnotherSuperUser(users, other => other.Username == account.Username, $"change {account.Username}");
            await users.SaveAsync(account with
            {
                Role = arguments.Role ?? account.Role,
                Active = arguments.Active ?? account.Active,
                PasswordHash = hash ?? account.PasswordHash,
                // Who changes a password wants those out who know the old one.
                RefreshToken = hash is null ? account.RefreshToken : null,
            }, cancellation).ConfigureAwait(false);
            return Updated(arguments.Username, true);
        }, cancellation).ConfigureAwait(false);
    }

    private async ValueTask<OperationAnswer> DropAsync(string username, OperationCall call, CancellationToken cancellation) =>
        await changes.RunAsync(async () =>
        {
            changes.RequireAnotherSuperUser(users, other => other.Username == username, $"drop {username}");
            return await users.RemoveAsync(username, cancellation).ConfigureAwait(false)
                ? OperationAnswer.Message($"{username} successfully deleted")
                : throw OperationError.NotFound($"User {username} does not exist");
        }, cancellation).ConfigureAwait(false);

    private ValueTask<OperationAnswer> List() => ValueTask.FromResult(new OperationAnswer(200, writer =>
    {
        writer.WriteStartArray();
        foreach (var account in users.List()) UserJson.Write(writer, account, users.FindRole(account.Role));
        writer.WriteEndArray();
    }));

    private ValueTask<OperationAnswer> Info(string? username)
    {
        if (username is null || users.Find(username) is not { } account) throw OperationError.NotFound("user not found");
        return ValueTask.FromResult(new OperationAnswer(200, writer => UserJson.Write(writer, account, users.FindRole(account.Role))));
    }

    private static OperationAnswer Updated(string username, bool found) => new(200, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("message", found ? "updated 1 of 1 records" : "updated 0 of 1 records");
        writer.WriteNumber("txn_time", 0);
        WriteNames(writer, "update_hashes", found ? username : null);
        WriteNames(writer, "skipped_hashes", found ? null : username);
        writer.WriteEndObject();
    });

    private static void WriteNames(Utf8JsonWriter writer, string name, string? only)
    {
        writer.WriteStartArray(name);
        if (only is not null) writer.WriteStringValue(only);
        writer.WriteEndArray();
    }
}
