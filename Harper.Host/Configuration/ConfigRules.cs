using System.Collections.Immutable;

namespace Harper.Host.Configuration;

/// <summary>What single values cannot tell: rules between keys. One small rule per concern; each adds everything it finds.</summary>
internal static class ConfigRules
{
    public static void Check(ConfigValues values, List<string> errors, List<string> warnings)
    {
        PortPairsDiffer(values, errors);
        UrlFitsTheListener(values, errors, warnings);
        ReplicationHasAPort(values, warnings);
        DurabilityIsClear(values, errors);
        EngineIsOurs(values, warnings);
        NotServedYet(values, warnings);
    }

    /// <summary>No two listeners on one address, after addresses are known (R-CFG-20).</summary>
    public static void ListenersDiffer(HarperConfig config, List<string> errors)
    {
        (string Key, ListenAddress? Address)[] listeners =
        [
            ("operationsApi.network.port", config.OperationsApi.Port), ("operationsApi.network.securePort", config.OperationsApi.SecurePort),
            ("http.port", config.Http.Port), ("http.securePort", config.Http.SecurePort),
            ("replication.port", config.Replication.Port), ("replication.securePort", config.Replication.SecurePort),
        ];
        for (var i = 0; i < listeners.Length; i++)
            for (var j = i + 1; j < listeners.Length; j++)
                if (listeners[i].Address is { } left && listeners[j].Address is { } right && left.Port == right.Port
                    && (left.Host == right.Host || left.Host is null || right.Host is null))
                    errors.Add($"{listeners[i].Key} and {listeners[j].Key} cannot both listen on {right}; give each a port of its own");
        foreach (var (key, address) in listeners)
            if (address is not null && address.TryResolve() is null)
                errors.Add($"{key} is '{address}'; its host is not an address of this machine that can be resolved");
    }

    private static void PortPairsDiffer(ConfigValues values, List<string> errors)
    {
        foreach (var section in (string[])["http", "operationsApi.network", "replication"])
        {
            if (values.Given<ListenAddress>(section + ".port") is not { } plain || values.Given<ListenAddress>(section + ".securePort") is not { } secure) continue;
            if (plain.Port == secure.Port && (plain.Host == secure.Host || plain.Host is null || secure.Host is null))
                errors.Add($"{section}.port and {section}.securePort cannot be the same value");
        }
    }

    /// <summary>Others dial what the URL says: it must lead to a listener that speaks so, or to something in front of it.</summary>
    private static void UrlFitsTheListener(ConfigValues values, List<string> errors, List<string> warnings)
    {
        var plain = values.Given<ListenAddress>("replication.port") is not null;
        var secure = values.Given<ListenAddress>("replication.securePort") is not null || (!plain && !values.IsGiven("replication.securePort"));
        foreach (var path in (string[])["node.url", "replication.url"])
        {
            if (values.Given<string>(path) is not { } url) continue;
            if (!url.StartsWith("ws://", StringComparison.OrdinalIgnoreCase) && !url.StartsWith("wss://", StringComparison.OrdinalIgnoreCase))
                errors.Add($"{path} is '{url}' ({values.SourceOf(path)}); allowed is a ws:// or wss:// URL");
            else if (url.StartsWith("wss:", StringComparison.OrdinalIgnoreCase) ? plain && !secure : secure && !plain)
                warnings.Add($"{path} is '{url}', but the only replication port of this node is {(plain ? "plain" : "secure")}: others reach it only through something that translates");
        }
    }

    private static void ReplicationHasAPort(ConfigValues values, List<string> warnings)
    {
        if (values.IsGiven("replication.securePort") && values.Given<ListenAddress>("replication.port") is null && values.Given<ListenAddress>("replication.securePort") is null)
            warnings.Add("replication.port and replication.securePort are null: no other node can connect to this one; set replication.securePort: 9933 to take part in a cluster");
    }

    private static void DurabilityIsClear(ConfigValues values, List<string> errors)
    {
        if (values.IsGiven("storage.durability") && values.IsGiven("storage.writeAsync")
            && values.Get<string>("storage.durability") == "sync" && values.Get<bool?>("storage.writeAsync") is true)
            errors.Add("storage.durability is 'sync' and storage.writeAsync is 'true'; allowed is one of the two, or both saying the same");
    }

    private static void EngineIsOurs(ConfigValues values, List<string> warnings)
    {
        if (values.Get<string>("storage.engine") == "lmdb")
            warnings.Add("storage.engine: lmdb is not available; RocksDB is used (data files of the original are not read: join its cluster to copy the data)");
    }

    private static void NotServedYet(ConfigValues values, List<string> warnings)
    {
        var asked = values.Entries
            .Where(entry => entry.Key?.Service == ConfigService.NotYet && entry.Source != ConfigValues.DefaultSource && AsksForSomething(entry))
            .Select(entry => entry.Path).ToList();
        if (values.Given<ImmutableArray<ReplicatedDatabase>?>("replication.databases") is { } databases)
            asked.AddRange(databases.Where(database => database.ReplicateTo is not null).Select(database => $"replicateTo of {database.Name} in replication.databases"));
        if (asked.Count > 0) warnings.Add($"known, but without effect in this version: {string.Join(", ", asked)}");
    }

    /// <summary>Null, false and the default ask for nothing that is not there.</summary>
    private static bool AsksForSomething(ConfigEntry entry) =>
        entry.Node is { IsNullScalar: false } && !Equals(entry.Value, false)
        && !(entry.Key!.Default is { } standard && standard == entry.Node.Display());
}
