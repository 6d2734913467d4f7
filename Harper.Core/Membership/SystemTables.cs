using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Schema;

namespace Harper.Core.Membership;

/// <summary>
/// The tables of database <c>system</c> that every node has. Only the node records travel; all others are this node's own (D33, R-NRP-11).
/// </summary>
public static class SystemTables
{
    public const string UpdatedTime = "__updatedtime__";
    private const string CreatedTime = "__createdtime__";

    public static readonly TableName Nodes = new(NodeRecord.Table);

    public static readonly ImmutableArray<TableSpec> All =
    [
        Table(NodeRecord.Table, NodeRecord.Key, replicate: null,
            "url", "replicates", "subscriptions", "revoked_certificates", "shard", "start_time", "ca", "ca_info", "routes", "system_info",
            "replicateByDefault", "isLeader", UpdatedTime),
        Table("hdb_user", "username", false, "password", "role", "active", "hash_function", "refresh_token", CreatedTime, UpdatedTime),
        Table("hdb_role", "id", false, "role", "permission", CreatedTime, UpdatedTime),
        Table("hdb_job", "id", false,
            "user", "type", "status", "start_datetime", "end_datetime", "created_datetime", "message", "request", CreatedTime, UpdatedTime),
        Table("hdb_certificate", "name", false,
            "certificate", "is_authority", "is_self_signed", "private_key_name", "uses", "hosts", "hostnames", "ciphers", "fileTimestamp", "details", UpdatedTime),
        Table("hdb_info", "info_id", false, "data_version_num", "hdb_version_num", CreatedTime, UpdatedTime),
        Table("hdb_status", "id", false, "status", CreatedTime, UpdatedTime),
    ];

    private static TableSpec Table(string name, string key, bool? replicate, params ReadOnlySpan<string> attributes)
    {
        var definitions = ImmutableArray.CreateBuilder<AttributeDefinition>();
        definitions.Add(new AttributeDefinition(0, key, IsPrimaryKey: true));
        foreach (var attribute in attributes)
        {
            var assigned = attribute switch
            {
                UpdatedTime => AssignedTime.Updated,
                CreatedTime => AssignedTime.Created,
                _ => AssignedTime.None,
            };
            definitions.Add(new AttributeDefinition(0, attribute, Assigned: assigned));
        }
        return new TableSpec(new TableName(name), key, definitions.ToImmutable()) { SchemaDefined = true, Replicate = replicate };
    }
}
