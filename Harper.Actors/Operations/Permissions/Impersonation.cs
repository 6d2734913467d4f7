using System.Text.Json;
using Harper.Actors.Users;
using Harper.Core.Operations;
using Harper.Core.Permissions;

namespace Harper.Actors.Operations.Permissions;

/// <summary>
/// Acting for another user or role, to see what they may (R-USR-09). Only super_users may, and what they become never is one: the worst that a call can do with it
/// is less than its caller could without. (4.7 reads over the field and runs the call as the caller.)
/// </summary>
internal static class Impersonation
{
    private const string Forms = "'impersonate' must be an object with 'username', 'role_name' or 'role': {'permission': {...}}";

    public static Caller Resolve(Caller caller, JsonElement wanted, IUserStore? users)
    {
        if (!caller.SuperUser || caller.Node is not null) throw OperationError.Forbidden("Only 'super_user' roles may impersonate");
        if (wanted.ValueKind != JsonValueKind.Object) throw OperationError.Bad(Forms);
        if (Text(wanted, "username") is { } username)
        {
            var account = users?.Find(username) ?? throw OperationError.NotFound($"User {username} does not exist");
            if (!account.Active) throw new OperationError(403, $"User {username} is inactive");
            return As(account.Username, users.FindRole(account.Role)?.Allows ?? RolePermission.None);
        }
        if (Text(wanted, "role_name") is { } role)
            return As(caller.User, (users?.FindRole(role) ?? throw OperationError.NotFound($"{role} role not found")).Allows);
        if (wanted.TryGetProperty("role", out var given) && given.ValueKind == JsonValueKind.Object && given.TryGetProperty("permission", out var permission))
            return As(caller.User, RolePermissionReader.Read(permission));
        throw OperationError.Bad(Forms);
    }

    private static Caller As(string? user, RolePermission role) => new(user, SuperUser: false) { Acting = true, Role = role with { SuperUser = false } };

    private static string? Text(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
