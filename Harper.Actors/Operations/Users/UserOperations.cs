using System.Text.Json;
using Harper.Actors.Users;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Users;

/// <summary>Users of this node (R-USR-01, 06). They never replicate; what is changed here holds from the next request on (R-OPS-12).</summary>
public sealed class UserOperations(IUserStore users) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries =>
    [
        OperationEntry.Of("add_user", OperationAccess.SuperUser, AddUserArguments.Parse, AddAsync),
        OperationEntry.Of("alter_user", OperationAccess.SuperUser, AlterUserArguments.Parse, AlterAsync),
        OperationEntry.Of("drop_user", OperationAccess.SuperUser, ParseUsername, DropAsync),
        OperationEntry.Of("list_users", OperationAccess.SuperUser, _ => 0, (_, _, _) => List()),
        OperationEntry.Of("user_info", OperationAccess.Anyone, call => call.Caller.User, (user, _, _) => Info(user)),
        OperationEntry.Of("list_roles", OperationAccess.SuperUser, _ => 0, (_, _, _) => Roles()),
    ];

    private static string ParseUsername(OperationCall call)
    {
        var check = new FieldCheck(call.Fields);
        var username = check.Required("username");
        check.Throw();
        return username;
    }

    private async ValueTask<OperationAnswer> AddAsync(AddUserArguments arguments, OperationCall call, CancellationToken cancellation)
    {
        if (users.FindRole(arguments.Role) is null) throw OperationError.NotFound($"{arguments.Role} role not found");
        if (users.Find(arguments.Username) is not null) throw new OperationError(409, $"User {arguments.Username} already exists");
        var hash = await HashAsync(arguments.Password, cancellation).ConfigureAwait(false);
        await users.SaveAsync(new UserAccount(arguments.Username, arguments.Role, arguments.Active, hash), cancellation).ConfigureAwait(false);
        return OperationAnswer.Message($"{arguments.Username} successfully added");
    }

    private async ValueTask<OperationAnswer> AlterAsync(AlterUserArguments arguments, OperationCall call, CancellationToken cancellation)
    {
        if (arguments.Role is { } role && users.FindRole(role) is null)
            throw OperationError.NotFound($"Update failed.  Requested '{role}' role not found.");
        var account = users.Find(arguments.Username);
        if (account is null) return Updated(arguments.Username, false);
        await users.SaveAsync(account with
        {
            Role = arguments.Role ?? account.Role,
            Active = arguments.Active ?? account.Active,
            PasswordHash = arguments.Password is null ? account.PasswordHash : await HashAsync(arguments.Password, cancellation).ConfigureAwait(false),
        }, cancellation).ConfigureAwait(false);
        return Updated(arguments.Username, true);
    }

    private async ValueTask<OperationAnswer> DropAsync(string username, OperationCall call, CancellationToken cancellation)
    {
        if (!await users.RemoveAsync(username, cancellation).ConfigureAwait(false))
            throw OperationError.NotFound($"User {username} does not exist");
        return OperationAnswer.Message($"{username} successfully deleted");
    }

    private ValueTask<OperationAnswer> List() => ValueTask.FromResult(new OperationAnswer(200, writer =>
    {
        writer.WriteStartArray();
        foreach (var account in users.List()) Write(writer, account);
        writer.WriteEndArray();
    }));

    private ValueTask<OperationAnswer> Info(string? username)
    {
        if (username is null || users.Find(username) is not { } account) throw OperationError.NotFound("user not found");
        return ValueTask.FromResult(new OperationAnswer(200, writer => Write(writer, account)));
    }

    private ValueTask<OperationAnswer> Roles() => ValueTask.FromResult(new OperationAnswer(200, writer =>
    {
        writer.WriteStartArray();
        foreach (var role in users.ListRoles()) Write(writer, role);
        writer.WriteEndArray();
    }));

    /// <summary>Slow by design, so not on a thread that others wait for.</summary>
    private Task<string> HashAsync(string password, CancellationToken cancellation) => Task.Run(() => users.HashPassword(password), cancellation);

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

    private void Write(Utf8JsonWriter writer, UserAccount account)
    {
        writer.WriteStartObject();
        writer.WriteString("username", account.Username);
        writer.WriteBoolean("active", account.Active);
        if (users.FindRole(account.Role) is { } role)
        {
            writer.WritePropertyName("role");
            Write(writer, role);
        }

        WriteTimes(writer, account.CreatedTime, account.UpdatedTime);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, UserRole role)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("permission");
        role.Permission.WriteTo(writer);
        writer.WriteString("role", role.Name);
        writer.WriteString("id", role.Id);
        WriteTimes(writer, role.CreatedTime, role.UpdatedTime);
        writer.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter writer, double created, double updated)
    {
        writer.WriteNumber("__updatedtime__", updated);
        writer.WriteNumber("__createdtime__", created);
    }
}
