using System.Text.Json;
using Harper.Core.Permissions;

namespace Harper.Actors.Users;

/// <summary>A role: a row of <c>system.hdb_role</c>. A fresh node has <c>super_user</c> and <c>cluster_user</c>.</summary>
/// <param name="Permission">The permission object as it was given.</param>
public sealed record UserRole(string Id, string Name, JsonElement Permission, double CreatedTime = 0, double UpdatedTime = 0)
{
    public const string SuperUserId = "super_user";
    public const string ClusterUserId = "cluster_user";

    /// <summary>What it allows.</summary>
    public RolePermission Allows => IsSuperUser ? RolePermission.Super : RolePermissionReader.Read(Permission);

    public bool IsSuperUser =>
        Permission.ValueKind == JsonValueKind.Object && Permission.TryGetProperty("super_user", out var flag) && flag.ValueKind == JsonValueKind.True;
}
