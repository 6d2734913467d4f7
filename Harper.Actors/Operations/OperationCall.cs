using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Permissions;

namespace Harper.Actors.Operations;

/// <summary>How a call came in; internal calls come from peers that are trusted as nodes.</summary>
public enum CallOrigin { Http, Socket, Job }

/// <summary>Who calls. <see cref="Node"/>: a peer, identified as a node of the cluster; it may run internal operations.</summary>
public sealed record Caller(string? User, bool SuperUser, string? Node = null)
{
    /// <summary>What the user's role allowed when the call came in; a super_user's is not looked at.</summary>
    public RolePermission Role { get; init; } = RolePermission.None;

    /// <summary>Nobody has logged in.</summary>
    public static readonly Caller Nobody = new(null, SuperUser: false);

    /// <summary>The session that the call came in, if any.</summary>
    public string? Session { get; init; }

    /// <summary>A bearer token that is none for operations: what is refreshed with it.</summary>
    public string? Bearer { get; init; }

    /// <summary>True: the caller acts for another user or role.</summary>
    public bool Acting { get; init; }

    public bool IsNobody => User is null && !SuperUser && Node is null;

    /// <summary>What may be done with a table, and which attributes of its records are shown.</summary>
    public TablePermission On(DatabaseName database, TableName table) => SuperUser ? TablePermission.Everything : Role.On(database, table);

    /// <summary>What descriptions may show.</summary>
    public RolePermission Sight => SuperUser ? RolePermission.Super : Role;
}

/// <summary>One call of an operation, after the carrier has parsed the envelope.</summary>
/// <param name="Operation">Its name, aliases resolved.</param>
/// <param name="Fields">The arguments as slices of the body, aliases resolved: bulk operations read records from here without building objects.</param>
public sealed record OperationCall(string Operation, OperationFields Fields, Caller Caller, CallOrigin Origin)
{
    private readonly Lazy<JsonElement> _body = new(() => Parse(Fields));

    /// <summary>All arguments as one object, parsed when first asked for.</summary>
    public JsonElement Body => _body.Value;

    private static JsonElement Parse(OperationFields fields)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) fields.WriteTo(writer);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
