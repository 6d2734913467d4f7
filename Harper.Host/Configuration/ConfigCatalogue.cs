using System.Collections.Immutable;

namespace Harper.Host.Configuration;

/// <summary>
/// Every key there is, in the order in which it is printed. Types, defaults, names in the environment, checks and warnings all come from
/// here: a new key is one line.
/// </summary>
internal static class ConfigCatalogue
{
    public const string RootMark = "<root>";

    public const string LoadNetworks = "bulkLoad.allowedNetworks";

    private const long Day = 86_400_000;

    public static readonly ImmutableArray<string> LogLevels = ["trace", "debug", "info", "warn", "error", "fatal", "notify"];

    private static readonly ImmutableArray<string> CertificateFiles = ["certificate", "certificateAuthority", "privateKey"];

    private static readonly ImmutableArray<string> ClientCertificates = ["user", "required"];

    private static readonly ImmutableArray<string> Verification =
    [
        .. new[]
        {
            "", ".failureMode", ".crl", ".crl.enabled", ".crl.timeout", ".crl.cacheTtl", ".crl.gracePeriod", ".crl.failureMode",
            ".ocsp", ".ocsp.enabled", ".ocsp.timeout", ".ocsp.cacheTtl", ".ocsp.errorCacheTtl", ".ocsp.failureMode",
        }.Select(below => "certificateVerification" + below),
    ];

    public static readonly ImmutableArray<ConfigKey> Keys =
    [
        Key("rootPath", ConfigKind.Text),
        Key("node.hostname", ConfigKind.Host),
        Key("node.url", ConfigKind.Url),

        Key("replication.hostname", ConfigKind.Host),
        Key("replication.url", ConfigKind.Url),
        Key("replication.port", ConfigKind.Port),
        Key("replication.securePort", ConfigKind.Port),
        Key("replication.routes", ConfigKind.Routes),
        Key("replication.databases", ConfigKind.Databases, "'*'"),
        Key("replication.shard", ConfigKind.Whole) with { Max = 65_535 },
        NotYet("replication.replicateTo", ConfigKind.Whole),
        Key("replication.failOver", ConfigKind.Flag, "true"),
        Key("replication.pingInterval", ConfigKind.Milliseconds, "30000") with { Min = 100, Max = Day },
        Key("replication.pingTimeout", ConfigKind.Milliseconds) with { Min = 100, Max = Day },
        Key("replication.compareInterval", ConfigKind.Duration, "1h"),
        Key("replication.copyTimeout", ConfigKind.Milliseconds, "300000") with { Min = 1000, Max = Day },
        Key("replication.maxPayload", ConfigKind.Size, "100000000") with { Min = 65_536, Max = 10_000_000_000 },
        Key("replication.recordConcurrency", ConfigKind.Whole) with { Min = 1, Max = 1_000_000 },
        NotYet("replication.blobTimeout", ConfigKind.Milliseconds, "120000"),
        NotYet("replication.blobConcurrency", ConfigKind.Whole, "5") with { Min = 1, Max = 1000 },
        Key("replication.enableRootCAs", ConfigKind.Flag, "true"),
        Joined("replication.mtls", Verification),
        NoEffect("replication.copyTablesToCatchUp", ConfigKind.Flag),
        NotYet("replication.logging", ConfigKind.Anything),

        Key("operationsApi.network.port", ConfigKind.Port, "9925"),
        Key("operationsApi.network.securePort", ConfigKind.Port),
        Key("operationsApi.network.cors", ConfigKind.Flag, "true"),
        Key("operationsApi.network.corsAccessList", ConfigKind.Texts, "['*']"),
        Key("operationsApi.network.headersTimeout", ConfigKind.Milliseconds, "60000") with { Min = 1, Max = Day },
        Key("operationsApi.network.keepAliveTimeout", ConfigKind.Milliseconds, "30000") with { Min = 1, Max = Day },
        Key("operationsApi.network.timeout", ConfigKind.Milliseconds, "120000") with { Min = 1, Max = Day },
        Key("operationsApi.network.domainSocket", ConfigKind.Text, RootMark + "/operations-server"),
        NotYet("operationsApi.network.http2", ConfigKind.Flag, "false"),
        Joined("operationsApi.network.mtls", [.. ClientCertificates, .. Verification]),
        Joined("operationsApi.tls", CertificateFiles),
        NoEffect("operationsApi.processes", ConfigKind.Whole),
        NoEffect("operationsApi.foreground", ConfigKind.Flag),

        Key("http.port", ConfigKind.Port, "9926"),
        Key("http.securePort", ConfigKind.Port),
        Key("http.cors", ConfigKind.Flag, "true"),
        Key("http.corsAccessList", ConfigKind.Texts, "['*']"),
        NotYet("http.corsAccessControlAllowHeaders", ConfigKind.Text),
        NotYet("http.compressionThreshold", ConfigKind.Whole, "1200"),
        Key("http.headersTimeout", ConfigKind.Milliseconds, "60000") with { Min = 1, Max = Day },
        Key("http.keepAliveTimeout", ConfigKind.Milliseconds, "30000") with { Min = 1, Max = Day },
        Key("http.timeout", ConfigKind.Milliseconds, "120000") with { Min = 1, Max = Day },
        Key("http.maxHeaderSize", ConfigKind.Whole, "16394") with { Min = 1024, Max = 1_048_576 },
        NotYet("http.requestQueueLimit", ConfigKind.Whole, "20000"),
        NotYet("http.http2", ConfigKind.Flag, "false"),
        Joined("http.mtls", [.. ClientCertificates, .. Verification]),
        NoEffect("http.sessionAffinity", ConfigKind.Anything),
        NotYet("http.logging", ConfigKind.Anything),

        Key("authentication.authorizeLocal", ConfigKind.Flag, "false"),
        Key("authentication.cacheTTL", ConfigKind.Milliseconds, "30000") with { Max = Day },
        Key("authentication.enableSessions", ConfigKind.Flag, "true"),
        Key("authentication.operationTokenTimeout", ConfigKind.Duration, "1d"),
        Key("authentication.refreshTokenTimeout", ConfigKind.Duration, "30d"),
        Key("authentication.hashFunction", ConfigKind.Choice, "sha256") with { Choices = ["sha256", "argon2id", "md5"] },
        Key("authentication.cookie.domains", ConfigKind.Texts),
        Key("authentication.cookie.expires", ConfigKind.Duration, "30d"),

        Key("logging.level", ConfigKind.Choice, "warn") with { Choices = LogLevels },
        Key("logging.file", ConfigKind.Flag, "true"),
        Key("logging.root", ConfigKind.Text, RootMark + "/log"),
        Key("logging.path", ConfigKind.Text),
        Key("logging.stdStreams", ConfigKind.Flag, "false"),
        NoEffect("logging.console", ConfigKind.Flag),
        NoEffect("logging.auditLog", ConfigKind.Flag, "true"),
        Key("logging.auditRetention", ConfigKind.Duration, "3d"),
        Key("logging.auditMaxSize", ConfigKind.Size, "64G") with { Min = 1L << 20 },
        Key("logging.rotation.enabled", ConfigKind.Flag, "true"),
        NotYet("logging.rotation.compress", ConfigKind.Flag, "false"),
        Key("logging.rotation.interval", ConfigKind.Duration),
        Key("logging.rotation.maxSize", ConfigKind.Size, "64M") with { Min = 1024 },
        Key("logging.rotation.path", ConfigKind.Text),
        Key("logging.auditAuthEvents.logFailed", ConfigKind.Flag, "false"),
        Key("logging.auditAuthEvents.logSuccessful", ConfigKind.Flag, "false"),
        NotYet("logging.external", ConfigKind.Anything),

        Key("storage.path", ConfigKind.Text, RootMark + "/database"),
        Key("storage.durability", ConfigKind.Choice, "sync") with { Choices = ["sync", "async"] },
        Key("storage.writeAsync", ConfigKind.Flag, "false"),
        Key("storage.engine", ConfigKind.Choice, "rocksdb") with { Choices = ["rocksdb", "lmdb"] },
        Key("storage.backupPath", ConfigKind.Text, RootMark + "/backup"),
        NoEffect("storage.caching", ConfigKind.Anything),
        NoEffect("storage.compression", ConfigKind.Anything),
        NoEffect("storage.noReadAhead", ConfigKind.Flag),
        NoEffect("storage.prefetchWrites", ConfigKind.Flag),
        NoEffect("storage.maxTransactionQueueTime", ConfigKind.Duration, "45s"),
        NoEffect("storage.maxFreeSpaceToLoad", ConfigKind.Anything),
        NoEffect("storage.maxFreeSpaceToRetain", ConfigKind.Anything),
        NoEffect("storage.pageSize", ConfigKind.Anything),
        NoEffect("storage.reclamation", ConfigKind.Anything),
        NoEffect("storage.debugLongTransactions", ConfigKind.Anything),

        Key("databases.*.path", ConfigKind.Text),
        NoEffect("databases.*.auditPath", ConfigKind.Text),
        NoEffect("databases.*.tables.*.path", ConfigKind.Text),

        Key(LoadNetworks, ConfigKind.Networks, "[]"),
        Key("componentsRoot", ConfigKind.Text, RootMark + "/components"),
        NotYet("analytics.aggregatePeriod", ConfigKind.Anything, "60"),
        NotYet("analytics.replicate", ConfigKind.Flag, "false"),
        NoEffect("threads.count", ConfigKind.Whole),
        NoEffect("threads.maxHeapMemory", ConfigKind.Anything),
        NoEffect("threads.debug", ConfigKind.Anything),
        Joined("tls", CertificateFiles),
        NotYet("localStudio.enabled", ConfigKind.Flag, "false"),
        NotYet("mqtt.network.port", ConfigKind.Port),
        NotYet("mqtt.network.securePort", ConfigKind.Port),
        NotYet("mqtt.webSocket", ConfigKind.Flag),
        NotYet("mqtt.requireAuthentication", ConfigKind.Flag),
        NoEffect("applications", ConfigKind.Anything),
        NoEffect("license", ConfigKind.Anything),
        NoEffect("ignoreScripts", ConfigKind.Flag),
    ];

    /// <summary>Every name that a variable can have, with the key that it gives a value to, be it one below a section that is read as a whole.</summary>
    public static readonly IReadOnlyDictionary<string, ConfigKey> ByFlatName =
        Keys.Where(key => !key.HasWildcard)
            .SelectMany(key => key.Below.Select(below => new ConfigKey($"{key.Path}.{below}", ConfigKind.Anything)).Prepend(key))
            .ToDictionary(key => key.FlatName, StringComparer.OrdinalIgnoreCase);

    public static readonly IReadOnlyDictionary<string, ConfigKey> ByPath = Keys.ToDictionary(key => key.Path);

    /// <summary>The key that a path in a file stands for; wildcards match any name.</summary>
    public static ConfigKey? Match(ReadOnlySpan<string> path)
    {
        foreach (var key in Keys)
            if (Matches(key, path)) return key;
        return null;
    }

    /// <summary>True: there are keys below this path, so that it is a section and no value.</summary>
    public static bool IsSection(ReadOnlySpan<string> path)
    {
        foreach (var key in Keys)
            if (key.Parts.Length > path.Length && Matches(key, path, path.Length)) return true;
        return false;
    }

    private static bool Matches(ConfigKey key, ReadOnlySpan<string> path, int length = -1)
    {
        if (length < 0)
        {
            if (key.Parts.Length != path.Length) return false;
            length = path.Length;
        }
        for (var i = 0; i < length; i++)
            if (key.Parts[i] != "*" && key.Parts[i] != path[i]) return false;
        return true;
    }

    private static ConfigKey Key(string path, ConfigKind kind, string? standard = null) => new(path, kind) { Default = standard };

    private static ConfigKey Joined(string path, ImmutableArray<string> below) => new(path, ConfigKind.Anything) { Below = below };

    private static ConfigKey NotYet(string path, ConfigKind kind, string? standard = null) =>
        new(path, kind) { Default = standard, Service = ConfigService.NotYet };

    private static ConfigKey NoEffect(string path, ConfigKind kind, string? standard = null) =>
        new(path, kind) { Default = standard, Service = ConfigService.WithoutEffect };
}
