using System.Globalization;
using System.Text.Json;
using Harper.Actors.Databases;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Permissions;
using Harper.Core.Reading;
using Harper.Core.Schema;

namespace Harper.Actors.Operations.Schema;

/// <summary>Describes tables as the original does, with <c>primary_key</c> beside <c>hash_attribute</c> (D16).</summary>
internal static class TableDescription
{
    /// <summary>How far back the log is read for the last change of a table that has no index on its updated time.</summary>
    private const int LogLookBackBytes = 1 << 20;

    public static void WriteAll(Utf8JsonWriter json, IDatabaseHandle database, RolePermission sight, bool exactCount)
    {
        using var view = database.OpenView();
        json.WriteStartObject();
        foreach (var table in view.Catalog.Tables.Values.Where(table => sight.Sees(database.Name, table.Name)).OrderBy(table => table.Id))
        {
            json.WritePropertyName(table.Name.Value);
            Write(json, database, view, table, sight, exactCount);
        }
        json.WriteEndObject();
    }

    public static void WriteOne(Utf8JsonWriter json, IDatabaseHandle database, TableName name, RolePermission sight, bool exactCount)
    {
        using var view = database.OpenView();
        var table = view.Catalog.Find(name) ?? throw OperationError.NotFound($"Table '{database.Name}.{name}' does not exist");
        Write(json, database, view, table, sight, exactCount);
    }

    private static void Write(
        Utf8JsonWriter json, IDatabaseHandle database, IReadView view, TableDefinition table, RolePermission sight, bool exactCount)
    {
        var statistics = database.Engine.Statistics;
        json.WriteStartObject();
        json.WriteString("schema", database.Name.Value);
        json.WriteString("name", table.Name.Value);
        json.WriteString("hash_attribute", table.PrimaryKey);
        json.WriteString("primary_key", table.PrimaryKey);
        json.WriteBoolean("audit", table.Audit);
        json.WriteBoolean("schema_defined", table.SchemaDefined);
        json.WriteStartArray("attributes");
        // The original shows none to a role that may read the whole table (D38).
        var permission = sight.On(database.Name, table.Name);
        foreach (var attribute in table.Attributes)
            if (permission.Knows(attribute.Name, attribute.IsPrimaryKey)) WriteAttribute(json, attribute);
        json.WriteEndArray();
        json.WriteNumber("db_size", statistics.Bytes);
        if (table.Replicate is { } replicate) json.WriteBoolean("replicate", replicate);
        if (table.ExpirationSeconds is { } expiration) json.WriteString("expiration", expiration.ToString(CultureInfo.InvariantCulture) + "s");
        if (table.Sealed) json.WriteBoolean("sealed", true);
        if (table.Replicate is null)
        {
            json.WriteStartArray("sources");
            json.WriteEndArray();
        }
        var count = view.Count(table, exactCount);
        json.WriteNumber("record_count", count);
        json.WriteNumber("table_size", TableBytes(statistics, table.Name));
        json.WriteNumber("db_audit_size", statistics.LogBytes);
        if (count > 0 && LastUpdated(database, view, table) is { } updated) json.WriteNumber("last_updated_record", updated);
        json.WriteEndObject();
    }

    /// <summary>Items carry only what is set, as in the original.</summary>
    private static void WriteAttribute(Utf8JsonWriter json, AttributeDefinition attribute)
    {
        json.WriteStartObject();
        json.WriteString("attribute", attribute.Name);
        if (attribute.Type is { } type) json.WriteString("type", type);
        if (attribute.Elements is { } elements) json.WriteString("elements", elements);
        if (attribute.IsPrimaryKey) json.WriteBoolean("is_primary_key", true);
        else if (attribute.Indexed) json.WriteBoolean("indexed", true);
        if (!attribute.Nullable && !attribute.IsPrimaryKey) json.WriteBoolean("nullable", false);
        // The times of dynamic tables are told by their names; the original marks declared ones only.
        if (attribute.Assigned == AssignedTime.Updated && attribute.Name != CreateTableArguments.UpdatedTime) json.WriteBoolean("assigned_updated_time", true);
        if (attribute.Assigned == AssignedTime.Created && attribute.Name != CreateTableArguments.CreatedTime) json.WriteBoolean("assigned_created_time", true);
        if (attribute.Assigned == AssignedTime.ExpiresAt) json.WriteBoolean("expires_at", true);
        json.WriteEndObject();
    }

    /// <summary>The table's share of the rows' bytes: the store knows sizes by family only.</summary>
    private static long TableBytes(EngineStatistics statistics, TableName table)
    {
        var all = statistics.Rows.Values.Sum();
        return all == 0 ? 0 : (long)((double)statistics.RowBytes * statistics.Rows.GetValueOrDefault(table) / all);
    }

    /// <summary>From the index on the updated time where there is one, else from the end of the log; unknown when the change is further back.</summary>
    private static double? LastUpdated(IDatabaseHandle database, IReadView view, TableDefinition table)
    {
        if (table.Attributes.FirstOrDefault(attribute => attribute is { Assigned: AssignedTime.Updated, Indexed: true }) is { } updated)
        {
            using var cursor = view.ScanIndex(table, updated, default, descending: true);
            if (cursor.MoveNext()) return cursor.Current.Version;
        }
        var log = database.Engine.ReadLogBackwards(double.MaxValue, LogLookBackBytes);
        double? last = null;
        foreach (var transaction in log.Transactions)
            if (transaction.Changes.Any(change => change.Change.Table == table.Name)) last = Math.Max(last ?? 0, transaction.Stamp.Version);
        return last;
    }
}
