using System.Collections.Frozen;

namespace Harper.Actors.Operations.Permissions;

/// <summary>The names that the original's messages give to operations: those of its functions, mostly the operation's in camel case.</summary>
internal static class OriginalFunctions
{
    private static readonly FrozenDictionary<string, string> Others = new Dictionary<string, string>
    {
        ["create_database"] = "createSchema",
        ["drop_database"] = "dropSchema",
        ["list_users"] = "listUsersExternal",
        ["search_jobs_by_start_date"] = "handleGetJobsByStartDate",
        ["cluster_get_routes"] = "getRoutes",
        ["cluster_set_routes"] = "setRoutes",
        ["cluster_delete_routes"] = "deleteRoutes",
        ["delete_records_before"] = "deleteFilesBefore",
        ["export_local"] = "export_local",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string Of(string operation) => Others.TryGetValue(operation, out var function) ? function : CamelCase(operation);

    private static string CamelCase(string operation) => string.Concat(
        operation.Split('_').Select((word, index) => index == 0 || word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
