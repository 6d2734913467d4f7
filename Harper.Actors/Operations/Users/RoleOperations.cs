using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Actors.Users;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Permissions;

namespace Harper.Actors.Operations.Users;

/// <summary>Roles of this node (R-USR-02). Like users they never replicate, and what is changed holds from the next request on.</summary>
/// <param name="isOperation">Whether this node has an operation of that name.</param>
public sealed class RoleOperations(IUserStore users, UserChanges changes, IDatabaseDirectory databases, Func<string, bool> isOperation) : IOperationFamily
{
    public IEnumerable<OperationEntry> Entries =>
    [
        new("add_role", OperationAccess.SuperUser, AddAsync),
        new("alter_role", OperationAccess.SuperUser, AlterAsync),
        new("drop_role", OperationAccess.SuperUser, DropAsync),
        new("list_roles", OperationAccess.SuperUser, (_, _) => ValueTask.FromResult(List())),
    ];

    private async ValueTask<OperationAnswer> AddAsync(OperationCall call, CancellationToken cancellation)
    {
        Check(call, "role");
        var name = call.Fields.Text("role")!;
        return await changes.RunAsync(async () =>
        {
            if (users.ListRoles().Any(role => role.Id == name || role.Name == name)) throw new OperationError(409, $"A role with name '{name}' already exists");
            return await SaveAsync(new UserRole(name, name, call.Fields.Element("permission")!.Value), cancellation).ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);
    }

    private async ValueTask<OperationAnswer> AlterAsync(OperationCall call, CancellationToken cancellation)
    {
        Check(call, "id");
        return await changes.RunAsync(async () =>
        {
            var known = users.FindRole(call.Fields.Text("id")!) ?? throw OperationError.Bad("Invalid role id");
            var role = known with { Name = call.Fields.Text("role") ?? known.Name, Permission = call.Fields.Element("permission")!.Value };
            if (!role.IsSuperUser) changes.RequireAnotherSuperUser(users, account => account.Role == role.Id, "take 'super_user' from this role");
            return await SaveAsync(role, cancellation).ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);
    }

    private async ValueTask<OperationAnswer> DropAsync(OperationCall call, CancellationToken cancellation)
    {
        if (call.Fields.Text("id") is not { Length: > 0 } id) throw OperationError.Bad("Id can't be blank");
        return await changes.RunAsync(async () =>
        {
            var role = users.FindRole(id) ?? throw OperationError.NotFound("Role not found");
            if (users.List().Any(account => account.Role == id))
                throw new OperationError(409, $"Cannot drop role {role.Name} as it has active user(s) tied to this role");
            await users.RemoveRoleAsync(id, cancellation).ConfigureAwait(false);
            return OperationAnswer.Message($"{role.Name} successfully deleted");
        }, cancellation).ConfigureAwait(false);
    }

    private OperationAnswer List() => new(200, writer =>
    {
        writer.WriteStartArray();
        foreach (var role in users.ListRoles()) UserJson.Write(writer, role);
        writer.WriteEndArray();
    });

    private void Check(OperationCall call, string name) => new RolePermissionCheck(CatalogOf, isOperation).Check(call.Fields, name);

    private Core.Schema.DatabaseCatalog? CatalogOf(string database) => databases.Find(new DatabaseName(database))?.Engine.Catalog;

    private async Task<OperationAnswer> SaveAsync(UserRole role, CancellationToken cancellation)
    {
        await users.SaveAsync(role, cancellation).ConfigureAwait(false);
        var stored = users.FindRole(role.Id) ?? role;
        return new OperationAnswer(200, writer => UserJson.Write(writer, stored));
    }
}
