namespace Harper.Core.Schema;

/// <summary>How often a table is looked through for rows that expired (rule 10).</summary>
public static class EvictionPolicy
{
    /// <returns>Seconds between two looks; null when nothing in the table can expire.</returns>
    public static double? ScanIntervalSeconds(TableDefinition table, double minSeconds, double maxSeconds)
    {
        var expires = table.ExpirationSeconds is not null || table.Attributes.Any(attribute => attribute.Assigned == AssignedTime.ExpiresAt);
        if (!expires) return null;
        var wanted = table.ScanIntervalSeconds ?? (table.ExpirationSeconds is { } expiration ? expiration / 4 : maxSeconds);
        return Math.Max(minSeconds, table.ScanIntervalSeconds is null ? Math.Min(wanted, maxSeconds) : wanted);
    }
}
