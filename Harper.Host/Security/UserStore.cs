using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Actors.Users;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Operations;
using Harper.Core.Reading;
using Harper.Core.Schema;
using Harper.Core.Time;
using Harper.Core.Transactions;

namespace Harper.Host.Security;

/// <summary>
/// Users and roles as rows of <c>system.hdb_user</c> and <c>system.hdb_role</c>. Every read goes to the database, so there is no copy that a change
/// would have to reach (R-OPS-12).
/// </summary>
internal sealed class UserStore(IDatabaseDirectory databases, PasswordVerifier verifier, IClock clock) : IUserStore
{
    public static readonly TableName Users = new("hdb_user");
    public static readonly TableName Roles = new("hdb_role");

    private IDatabaseHandle Database => databases.Find(DatabaseName.System) ?? throw new OperationError(503, "The node is starting or stopping");

    /// <summary>Makes sure of the tables, the two roles of a fresh node and, on a first start, the first administrator (R-USR-08).</summary>
    /// <exception cref="HostStartException">No user exists and none is given.</exception>
    /// <param name="hashing">The hash of the password, when it is being computed already.</param>
    public async Task EnsureAsync(string? username, string? password, Task<string>? hashing = null)
    {
        if (Database.Engine.Catalog.Find(Users) is null || Database.Engine.Catalog.Find(Roles) is null)
            Check(await Database.CommitAsync(new CommitRequest.Schema([
                new SchemaEdit.EnsureTable(Table(Users, "username"), Declared: true), new SchemaEdit.EnsureTable(Table(Roles, "id"), Declared: true),
            ])).ConfigureAwait(false));
        if (FindRole(UserRole.SuperUserId) is null) await SaveAsync(Role(UserRole.SuperUserId, """{"super_user": true}""")).ConfigureAwait(false);
        if (FindRole(UserRole.ClusterUserId) is null) await SaveAsync(Role(UserRole.ClusterUserId, """{"cluster_user": true}""")).ConfigureAwait(false);
        if (List().Count > 0) return;
        if (username is null || password is null)
            throw new HostStartException(
                "this node has no users yet: set HDB_ADMIN_USERNAME and HDB_ADMIN_PASSWORD for the first start, they become its first administrator",
                HostStartException.NoAdministrator);
        var hash = await (hashing ?? verifier.HashAsync(password, CancellationToken.None)).ConfigureAwait(false);
        await SaveAsync(new UserAccount(username, UserRole.SuperUserId, true, hash)).ConfigureAwait(false);
        verifier.Remember(hash, password);
    }

    public UserAccount? Find(string username)
    {
        using var view = Database.OpenView();
        return view.Catalog.Find(Users) is { } table && view.TryRead(table, KeyCodec.FromText(username), out var record) ? UserRows.ReadUser(record) : null;
    }

    public IReadOnlyList<UserAccount> List() => Scan(Users, UserRows.ReadUser);

    public UserRole? FindRole(string id)
    {
        using var view = Database.OpenView();
        return view.Catalog.Find(Roles) is { } table && view.TryRead(table, KeyCodec.FromText(id), out var record) ? UserRows.ReadRole(record) : null;
    }

    public IReadOnlyList<UserRole> ListRoles() => Scan(Roles, UserRows.ReadRole);

    public Task SaveAsync(UserAccount account, CancellationToken cancellation = default) =>
        WriteAsync(new LocalWrite(Users, KeyCodec.FromText(account.Username), WriteMode.Put, UserRows.Write(account, clock.NowMs)));

    public Task SaveAsync(UserRole role, CancellationToken cancellation = default) =>
        WriteAsync(new LocalWrite(Roles, KeyCodec.FromText(role.Id), WriteMode.Put, UserRows.Write(role, clock.NowMs)));

    public Task<bool> RemoveAsync(string username, CancellationToken cancellation = default) => RemoveAsync(Users, username);

    public Task<bool> RemoveRoleAsync(string id, CancellationToken cancellation = default) => RemoveAsync(Roles, id);

    public Task<string> HashPasswordAsync(string password, CancellationToken cancellation = default) => verifier.HashAsync(password, cancellation);

    public async ValueTask<bool> VerifyAsync(UserAccount? account, string password, CancellationToken cancellation = default)
    {
        if (!await verifier.VerifyAsync(account?.PasswordHash, password, cancellation).ConfigureAwait(false)) return false;
        if (verifier.IsOutdated(account!.PasswordHash)) await UpgradeAsync(account, password, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// The one moment at which the password is known: its hash is made anew as the operator wants hashes now. Only if it still is the same; and a node that is
    /// too busy for it does it at the next log-in.
    /// </summary>
    private async Task UpgradeAsync(UserAccount account, string password, CancellationToken cancellation)
    {
        try
        {
            var hash = await verifier.HashAsync(password, cancellation).ConfigureAwait(false);
            if (Find(account.Username) is { } now && now.PasswordHash == account.PasswordHash)
                await SaveAsync(now with { PasswordHash = hash }, cancellation).ConfigureAwait(false);
        }
        catch (OperationError)
        {
            // Busy.
        }
    }

    private List<T> Scan<T>(TableName name, Func<VisibleRecord, T?> read)
    {
        using var view = Database.OpenView();
        if (view.Catalog.Find(name) is not { } table) return [];
        var found = new List<T>();
        using var cursor = view.Scan(table);
        while (cursor.MoveNext())
            if (read(cursor.Current) is { } item) found.Add(item);
        return found;
    }

    private async Task<bool> RemoveAsync(TableName table, string key) =>
        (await WriteAsync(new LocalWrite(table, KeyCodec.FromText(key), WriteMode.Delete, default)).ConfigureAwait(false)).Done[0];

    private async Task<CommitResult.Written> WriteAsync(LocalWrite write) =>
        (CommitResult.Written)Check(await Database.CommitAsync(new CommitRequest.Local([write], null) { Bytes = write.Value.Values.Length + 64 }).ConfigureAwait(false));

    private static CommitResult Check(CommitResult result) =>
        result is CommitResult.Rejected rejected ? throw new OperationError(503, rejected.Message) { RetryAfterSeconds = 1 } : result;

    private static TableSpec Table(TableName name, string key) =>
        new(name, key, [new AttributeDefinition(0, key, IsPrimaryKey: true, Nullable: false)]) { Replicate = false };

    private static UserRole Role(string id, string permission)
    {
        using var json = JsonDocument.Parse(permission);
        return new UserRole(id, id, json.RootElement.Clone());
    }
}
