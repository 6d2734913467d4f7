using System.Collections.Frozen;

namespace Harper.Core.Permissions;

/// <summary>Groups of operations that a role may name in its <c>operations</c> list, and what no list may hand out.</summary>
public static class OperationGroups
{
    /// <summary>What changes nothing and shows nothing that only operators should see.</summary>
    private static readonly string[] ReadOnly =
    [
        "describe_all", "describe_database", "describe_table", "search_by_id", "search_by_value", "search_by_conditions", "get_job", "user_info",
        "create_authentication_tokens", "refresh_operation_token", "login", "logout",
    ];

    private static readonly FrozenDictionary<string, string[]> Groups = new Dictionary<string, string[]>
    {
        ["read_only"] = ReadOnly,
        ["standard_user"] = [.. ReadOnly, "insert", "update", "upsert", "delete", "transaction", "csv_data_load", "create_attribute"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whoever may call one of these can make oneself a super_user, so only super_users may, whatever a role lists: the files of a node hold the keys of its tokens, and an authority says who its clients are.</summary>
    private static readonly FrozenSet<string> NeverDelegated = FrozenSet.ToFrozenSet(
        ["add_user", "alter_user", "drop_user", "add_role", "alter_role", "drop_role", "set_configuration", "add_certificate", "csv_file_load"], StringComparer.Ordinal);

    public static bool IsGroup(string name) => Groups.ContainsKey(name);

    public static bool MayDelegate(string operation) => !NeverDelegated.Contains(operation);

    public static FrozenSet<string> Resolve(IEnumerable<string> listed) =>
        listed.SelectMany(name => Groups.TryGetValue(name, out var group) ? group : [name]).ToFrozenSet(StringComparer.Ordinal);
}
