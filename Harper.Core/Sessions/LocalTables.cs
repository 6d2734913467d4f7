using System.Collections.Frozen;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Schema;

namespace Harper.Core.Sessions;

/// <summary>
/// What never leaves or enters a node, whatever a peer sends or asks: of <c>system</c> everything but the node records (R-NRP-06..08,
/// R-NRP-11, D33), and elsewhere what is declared <c>replicate: false</c> (R-SEL-04).
/// </summary>
public static class LocalTables
{
    private static readonly TableName NodeRecords = new("hdb_nodes");

    /// <summary>The tables of <c>system</c> that originals know, for the exclusion list of a request: they would be sent otherwise.</summary>
    public static readonly FrozenSet<TableName> OfSystem = new[]
    {
        "hdb_analytics", "hdb_certificate", "hdb_dataloader_hash", "hdb_deployment", "hdb_durable_session", "hdb_info", "hdb_job", "hdb_license",
        "hdb_raw_analytics", "hdb_role", "hdb_session", "hdb_session_will", "hdb_status", "hdb_temp", "hdb_user",
    }.Select(name => new TableName(name)).ToFrozenSet();

    /// <summary>Of <c>system</c> only what is known to be harmless passes: a table that a later original adds stays out.</summary>
    public static bool IsLocal(DatabaseName database, TableName table) => database.IsSystem && table != NodeRecords;

    /// <summary>Whether rows of a table may pass a connection that a filter was agreed for.</summary>
    public static bool MayPass(DatabaseCatalog catalog, TableName table, TableFilter filter) =>
        !IsLocal(catalog.Database, table) && filter.Allows(table) && catalog.FindInLog(table)?.Replicate != false;

    /// <summary>The filter as a request states it: with everything local among the excluded tables.</summary>
    public static TableFilter Stated(DatabaseCatalog catalog, TableFilter filter)
    {
        var local = Declared(catalog).Tables;
        return filter.And(TableFilter.AllBut(catalog.Database.IsSystem ? local.Concat(OfSystem) : local));
    }

    /// <summary>What a request states besides the filter: such a table is not filled in when it becomes a common one (R-SEL-07).</summary>
    public static TableFilter Declared(DatabaseCatalog catalog) => TableFilter.Only(catalog.Tables.Values.Where(table => table.Replicate == false).Select(table => table.Name));
}
