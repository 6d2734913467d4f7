namespace Harper.Tests.Security;

/// <summary>One role of each kind that makes a difference, over tables <c>dev.dog</c>, <c>dev.cat</c> and <c>other.thing</c>, and what each may do.</summary>
internal static class RoleKinds
{
    private const string Nothing = """{"super_user":false}""";

    private static readonly string[] Reads = ["search_by_id", "search_by_value", "search_by_conditions", "describe_database", "describe_table"];
    private static readonly string[] Writes = ["insert", "update", "upsert", "delete", "transaction", "csv_data_load", "create_attribute"];
    private static readonly string[] Tables = ["create_table", "drop_table", "drop_attribute"];
    private static readonly string[] Databases = ["create_database", "drop_database"];

    /// <summary>What every user may, whatever the role.</summary>
    public static readonly string[] Everybody = ["user_info", "get_job", "describe_all"];

    public static readonly IReadOnlyList<RoleKind> All =
    [
        new("nothing", Nothing, []),
        new("reader", """{"super_user":false,"dev":{"tables":{"dog":{"read":true,"insert":false,"update":false,"delete":false,"attribute_permissions":[]}}}}""", Reads),
        new("writer", """{"super_user":false,"dev":{"tables":{"dog":{"read":true,"insert":true,"update":true,"delete":true,"attribute_permissions":[]}}}}""", [.. Reads, .. Writes]),
        new("named", """
            {"super_user":false,"dev":{"tables":{"dog":{"read":true,"insert":true,"update":true,"delete":true,"attribute_permissions":[
            {"attribute_name":"name","read":true,"insert":true,"update":false}]}}}}
            """, ["describe_database", "describe_table", "insert", "delete", "search_by_id", "search_by_value", "csv_data_load"]),
        new("elsewhere", """{"super_user":false,"other":{"tables":{"thing":{"read":true,"insert":true,"update":true,"delete":true,"attribute_permissions":[]}}}}""", []),
        new("system", """{"super_user":false,"system":{"tables":{"hdb_user":{"read":true,"insert":true,"update":true,"delete":true,"attribute_permissions":[]}}}}""", []),
        new("structure", """{"super_user":false,"structure_user":true}""", [.. Reads, .. Writes, .. Tables, .. Databases]),
        new("structureofdev", """{"super_user":false,"structure_user":["dev"]}""", [.. Reads, .. Writes, .. Tables]),
        new("structureofother", """{"super_user":false,"structure_user":["other"]}""", []),
        new("cluster", """{"cluster_user":true}""", ["describe_database", "describe_table"]),
        new("listed", """
            {"super_user":false,"operations":["read_only","insert"],
            "dev":{"tables":{"dog":{"read":true,"insert":true,"update":true,"delete":true,"attribute_permissions":[]}}}}
            """, [.. Reads, "insert"]),
        new("delegated", """{"super_user":false,"operations":["cluster_status","describe_all"]}""", ["cluster_status"]) { WithoutEverybody = ["user_info", "get_job"] },
    ];
}

/// <param name="Permission">The role's permission object.</param>
/// <param name="May">Operations on <c>dev.dog</c> that it allows.</param>
internal sealed record RoleKind(string Name, string Permission, string[] May)
{
    public string[] WithoutEverybody { get; init; } = [];

    public bool Allows(string operation) => May.Contains(operation) || (RoleKinds.Everybody.Contains(operation) && !WithoutEverybody.Contains(operation));
}
