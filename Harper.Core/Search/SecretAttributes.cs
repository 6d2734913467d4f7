using Harper.Core.Identity;

namespace Harper.Core.Search;

/// <summary>Attributes of system tables that no read returns or searches: hashes, tokens and credentials (R-INS-05, invariant 12).</summary>
public static class SecretAttributes
{
    public static bool HasAny(DatabaseName database, TableName table) =>
        database.IsSystem && table.Value is ("hdb_user" or "hdb_nodes" or "hdb_certificate" or "hdb_job");

    public static bool IsSecret(DatabaseName database, TableName table, string attribute) => database.IsSystem && table.Value switch
    {
        "hdb_user" => attribute is "password" or "refresh_token",
        "hdb_nodes" => attribute is "authorization",
        "hdb_certificate" => attribute is "private_key",
        "hdb_job" => attribute is "request",
        _ => false,
    };
}
