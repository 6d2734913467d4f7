using Harper.Actors.Databases;
using Harper.Actors.Users;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Permissions;

namespace Harper.Actors.Operations.Permissions;

/// <summary>
/// The gate before every handler, for every way in: denied unless the operation's row of the catalogue says who may, and for work on data, unless the role allows
/// what the row demands of it (R-USR-03, R-USR-04).
/// </summary>
/// <param name="users">Null: a node without users, on which nobody can be acted for.</param>
public sealed class RolePermissions(IDatabaseDirectory databases, IUserStore? users) : IOperationPermissions
{
    public OperationError? Check(OperationEntry entry, OperationCall call)
    {
        var caller = call.Caller;
        if (caller is { Node: not null, User: null }) return OfPeer(entry, call);
        if (entry.Access == OperationAccess.Open || caller.SuperUser) return null;
        if (caller.IsNobody) return new OperationError(401, "Must login");
        if (entry.Access == OperationAccess.Node) return AccessDecision.OnlySuperUsers(entry.Function).ToError();
        if (caller.Role.Operations is { } listed)
        {
            if (!listed.Contains(entry.Name) && !entry.Aliases.Any(listed.Contains)) return NotListed(entry);
            if (entry.Access == OperationAccess.SuperUser && OperationGroups.MayDelegate(entry.Name)) return null;
        }
        return entry.Access switch
        {
            OperationAccess.Anyone => null,
            OperationAccess.User when entry.Demand is { } demand => OfRole(entry, call, demand(call)),
            _ => AccessDecision.OnlySuperUsers(entry.Function).ToError(),
        };
    }

    public Caller Resolve(Caller caller, OperationFields fields) =>
        fields.Has("impersonate") && !fields.IsNull("impersonate") ? Impersonation.Resolve(caller, fields.Element("impersonate")!.Value, users) : caller;

    /// <summary>
    /// A peer that proved to be a node of the cluster may run what nodes ask of each other and what is forwarded to every node; it is no administrator, so that
    /// one node in wrong hands does not hand out accounts on all others.
    /// </summary>
    private static OperationError? OfPeer(OperationEntry entry, OperationCall call)
    {
        if (entry.Access is not (OperationAccess.Node or OperationAccess.Anyone) && !entry.Forwardable)
            return new AccessRefusal { Texts = [$"Operation '{entry.Function}' is not one that nodes run on each other"] }.ToError();
        // In one sentence: of what another node answers its operator is told no more.
        return NodeRequests.ProblemOf(entry.Name, call.Fields) is { } problem ? new OperationError(403, problem) : null;
    }

    private OperationError? OfRole(OperationEntry entry, OperationCall call, AccessDemand demand) =>
        AccessDecision.Decide(call.Caller.Role, demand, (entry.Name, entry.Function), KeyOf)?.ToError();

    private string? KeyOf(DatabaseName database, TableName table) => databases.Find(database)?.Engine.Catalog.Find(table)?.PrimaryKey;

    private static OperationError NotListed(OperationEntry entry) =>
        new AccessRefusal { Texts = [$"Operation '{entry.Name}' is not in the 'operations' list of this role"] }.ToError();
}
