using System.Collections.Immutable;

namespace Harper.Host.Configuration;

/// <summary>What single values cannot tell: rules between keys. One small rule per concern; each adds everything it finds.</summary>
internal static class ConfigRules
{
    public static void Check(ConfigValues values, List<string> errors, List<string> warnings)
    {
        PortPairsDiffer(values, errors);
        TlsIsNotServed(values, errors, warnings);
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
            ("operationsApi.network.port", config.OperationsApi.Port), ("http.port", config.Http.Port), ("replication.port", config.Replication.Port),
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

    /// <summary>Asking for TLS must not end in a plain listener, nor in none without a word.</summary>
    private static void TlsIsNotServed(ConfigValues values, List<string> errors, List<string> warnings)
    {
        foreach (var section in (string[])["http", "operationsApi.network", "replication"])
            if (values.Given<ListenAddress>(section + ".securePort") is { } secure)
                errors.Add($"{section}.securePort is '{secure}' ({values.SourceOf(section + ".securePort")}); TLS is not available in this version: "
                    + $"allowed is null, with {section}.port for a plain listener");
        foreach (var path in (string[])["node.url", "replication.url"])
            if (values.Given<string>(path) is { } url && !url.StartsWith("ws://", StringComparison.OrdinalIgnoreCase))
                errors.Add($"{path} is '{url}' ({values.SourceOf(path)}); TLS is not available in this version: allowed is a ws:// URL");
        if (values.Given<ImmutableArray<ConfigNode>?>("replication.routes") is not { } routes) return;
        foreach (var route in routes)
            if ((route as ConfigNode.Scalar ?? (route as ConfigNode.Map)?.Find("url") as ConfigNode.Scalar)?.Text is { } target
                && target.StartsWith("wss:", StringComparison.OrdinalIgnoreCase))
                warnings.Add($"the route '{target}' asks for TLS, which is not available in this version: it is not dialled; use ws:// or the bare host name");
    }

    private static void ReplicationHasAPort(ConfigValues values, List<string> warnings)
    {
        if (values.Given<ListenAddress>("replication.port") is null && values.Given<ListenAddress>("replication.securePort") is null)
            warnings.Add("replication.port is not set: no other node can connect to this one (TLS, which would use 9933 by default, is not available in this "
                + "version); set replication.port: 9933 to take part in a cluster");
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
        if (asked.Count > 0) warnings.Add($"known, but without effect in this version: {string.Join(", ", asked)}");
    }

    /// <summary>Null, false and the default ask for nothing that is not there.</summary>
    private static bool AsksForSomething(ConfigEntry entry) =>
        entry.Node is { IsNullScalar: false } && !Equals(entry.Value, false)
        && !(entry.Key!.Default is { } standard && standard == entry.Node.Display());
}
