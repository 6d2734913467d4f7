using System.Collections.Immutable;
using System.Net;
using System.Text;

namespace Harper.Host.Configuration;

/// <summary>Effective values to records: derived names, addresses and paths are decided here, once.</summary>
internal static class HarperConfigBuilder
{
    public const int DefaultReplicationPort = 9933;

    /// <summary>Longest path of a Unix domain socket on Linux, without its closing zero.</summary>
    private const int MaxSocketPathBytes = 107;

    public static HarperConfig Build(ConfigValues values, string rootPath, string filePath, List<string> errors, List<string> warnings)
    {
        var hostname = values.Get<string>("node.hostname") ?? values.Get<string>("replication.hostname");
        string Rooted(string path) => Path.GetFullPath(path.Replace(ConfigCatalogue.RootMark, rootPath), rootPath);
        var certificates = TlsSection.Read(values, Rooted, errors);
        var name = hostname ?? TlsSection.CommonNameOf(certificates) ?? values.Given<ListenAddress>("operationsApi.network.port")?.Host ?? "127.0.0.1";
        string PathOf(string key) => Rooted(values.Get<string>(key)!);
        ListenAddress? Listen(string key) => Bind(values.Given<ListenAddress>(key), hostname);

        return new HarperConfig
        {
            RootPath = rootPath,
            FilePath = filePath,
            NodeName = name,
            ComponentsRoot = PathOf("componentsRoot"),
            LoadNetworks = values.Get<ImmutableArray<IPNetwork>?>(ConfigCatalogue.LoadNetworks) ?? [],
            Replication = Replication(values, name, Listen("replication.port"), SecurePort(values, hostname)) with { Revocation = MtlsSection.OfPeers(values, errors, warnings) },
            Certificates = certificates,
            OperationsApi = new OperationsApiConfig
            {
                Port = Listen("operationsApi.network.port"),
                SecurePort = Listen("operationsApi.network.securePort"),
                Mtls = MtlsSection.OfClients(values, "operationsApi.network.mtls", Listen("operationsApi.network.securePort") is not null, errors, warnings),
                Cors = Cors(values, "operationsApi.network"),
                HeadersTimeout = values.Get<TimeSpan>("operationsApi.network.headersTimeout"),
                KeepAliveTimeout = values.Get<TimeSpan>("operationsApi.network.keepAliveTimeout"),
                Timeout = values.Get<TimeSpan>("operationsApi.network.timeout"),
                DomainSocket = DomainSocket(values, Rooted, errors, warnings),
            },
            Http = new HttpConfig
            {
                Port = Listen("http.port"),
                SecurePort = Listen("http.securePort"),
                Mtls = MtlsSection.OfClients(values, "http.mtls", Listen("http.securePort") is not null, errors, warnings),
                Cors = Cors(values, "http"),
                HeadersTimeout = values.Get<TimeSpan>("http.headersTimeout"),
                KeepAliveTimeout = values.Get<TimeSpan>("http.keepAliveTimeout"),
                Timeout = values.Get<TimeSpan>("http.timeout"),
                MaxHeaderBytes = (int)values.Get<long>("http.maxHeaderSize"),
            },
            Authentication = new AuthenticationConfig
            {
                AuthorizeLocal = values.Get<bool>("authentication.authorizeLocal"),
                CacheTtl = values.Get<TimeSpan>("authentication.cacheTTL"),
                LogFailed = values.Get<bool>("logging.auditAuthEvents.logFailed"),
                LogSuccessful = values.Get<bool>("logging.auditAuthEvents.logSuccessful"),
                EnableSessions = values.Get<bool>("authentication.enableSessions"),
                OperationTokenLife = values.Get<TimeSpan>("authentication.operationTokenTimeout"),
                RefreshTokenLife = values.Get<TimeSpan>("authentication.refreshTokenTimeout"),
                SessionLife = values.Get<TimeSpan>("authentication.cookie.expires"),
                CookieDomains = values.Get<ImmutableArray<string>?>("authentication.cookie.domains") ?? [],
                HashWithArgon2 = values.Get<string>("authentication.hashFunction") == "argon2id",
            },
            Logging = Logging(values, Rooted),
            Storage = new StorageConfig
            {
                Path = PathOf("storage.path"),
                BackupPath = PathOf("storage.backupPath"),
                Synced = values.IsGiven("storage.durability")
                    ? values.Get<string>("storage.durability") == "sync"
                    : values.Get<bool?>("storage.writeAsync") is not true,
                DatabasePaths = DatabasePaths(values, Rooted),
            },
        };
    }

    /// <summary>Without any port there is the secure one; a plain port alone means no other, which settles who gets 9933 (R-CFG-16, 18, 49).</summary>
    private static ListenAddress? SecurePort(ConfigValues values, string? hostname) =>
        values.IsGiven("replication.securePort") || values.Given<ListenAddress>("replication.port") is not null
            ? Bind(values.Given<ListenAddress>("replication.securePort"), hostname)
            : Bind(new ListenAddress(null, DefaultReplicationPort), hostname);

    private static ReplicationConfig Replication(ConfigValues values, string name, ListenAddress? port, ListenAddress? securePort)
    {
        var interval = values.Get<TimeSpan>("replication.pingInterval");
        return new ReplicationConfig
        {
            Port = port,
            SecurePort = securePort,
            EnableRootCas = values.Get<bool>("replication.enableRootCAs"),
            Url = values.Get<string>("node.url") ?? values.Get<string>("replication.url") ?? DefaultUrl(name, securePort, port),
            Routes = [.. (values.Given<ImmutableArray<ConfigNode>?>("replication.routes") ?? []).Select(ConfigJson.ToElement)],
            Databases = values.Given<ImmutableArray<ReplicatedDatabase>?>("replication.databases"),
            Shard = (int?)values.Given<long?>("replication.shard"),
            ReplicateTo = (int?)values.Given<long?>("replication.replicateTo"),
            FailOver = values.Get<bool>("replication.failOver"),
            PingInterval = interval,
            PingTimeout = values.Get<TimeSpan?>("replication.pingTimeout") ?? 2 * interval,
            CompareInterval = values.Get<TimeSpan>("replication.compareInterval"),
            CopyTimeout = values.Get<TimeSpan>("replication.copyTimeout"),
            MaxPayloadBytes = values.Get<long>("replication.maxPayload"),
            RecordConcurrency = (int?)values.Given<long?>("replication.recordConcurrency"),
            DefaultRoutePort = securePort?.Port ?? port?.Port ?? DefaultReplicationPort,
        };
    }

    private static LoggingConfig Logging(ConfigValues values, Func<string, string> rooted)
    {
        var directory = rooted(values.Get<string>("logging.root")!);
        return new LoggingConfig
        {
            Level = values.Get<string>("logging.level")!,
            File = values.Get<bool>("logging.file"),
            Path = values.Get<string>("logging.path") is { } path ? rooted(path) : Path.Combine(directory, "hdb.log"),
            StdStreams = values.Get<bool>("logging.stdStreams"),
            AuditLog = values.Get<bool>("logging.auditLog"),
            AuditRetention = values.Get<TimeSpan>("logging.auditRetention"),
            AuditMaxBytes = values.Get<long>("logging.auditMaxSize"),
            RotationBytes = values.Get<bool>("logging.rotation.enabled") ? values.Get<long>("logging.rotation.maxSize") : long.MaxValue,
            RotationInterval = values.Get<TimeSpan?>("logging.rotation.interval"),
            RotationDirectory = values.Get<string>("logging.rotation.path") is { } rotated ? rooted(rotated) : directory,
        };
    }

    /// <summary>A node that is named by a loopback address listens on that address only, so that several share a machine (R-CFG-20).</summary>
    private static ListenAddress? Bind(ListenAddress? address, string? hostname) =>
        address is { Host: null } && hostname is not null && hostname.StartsWith("127.", StringComparison.Ordinal) ? address with { Host = hostname } : address;

    private static string DefaultUrl(string name, ListenAddress? secure, ListenAddress? plain) =>
        $"{(secure is null && plain is not null ? "ws" : "wss")}://{(name.Contains(':') ? $"[{name}]" : name)}:{secure?.Port ?? plain?.Port ?? DefaultReplicationPort}";

    private static CorsConfig Cors(ConfigValues values, string section) => new(
        values.Get<bool>(section + ".cors"), values.Get<ImmutableArray<string>?>(section + ".corsAccessList") ?? ["*"]);

    private static string? DomainSocket(ConfigValues values, Func<string, string> rooted, List<string> errors, List<string> warnings)
    {
        const string Key = "operationsApi.network.domainSocket";
        if (values.IsGiven(Key) && values.Given<string>(Key) is null or "") return null;
        var path = rooted(values.Get<string>(Key)!);
        if (Encoding.UTF8.GetByteCount(path) <= MaxSocketPathBytes) return path;
        var message = $"{Key} is '{path}' ({values.SourceOf(Key)}); allowed is a path of at most {MaxSocketPathBytes} bytes";
        if (values.IsGiven(Key)) errors.Add(message);
        else warnings.Add(message + ": no domain socket is opened; set a shorter one, or null");
        return null;
    }

    private static ImmutableDictionary<string, string> DatabasePaths(ConfigValues values, Func<string, string> rooted) =>
        values.Below("databases.")
            .Where(entry => entry.Key?.Path == "databases.*.path" && entry.Value is string)
            .ToImmutableDictionary(entry => entry.Path.Split('.')[1], entry => rooted((string)entry.Value!));
}
