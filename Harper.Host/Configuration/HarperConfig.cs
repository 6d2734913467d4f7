using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Harper.Core.Certificates.Revocation;
using Harper.Actors.Certificates;

namespace Harper.Host.Configuration;

/// <summary>What this node is, as read from file, environment and command line; immutable for the life of the process.</summary>
public sealed record HarperConfig
{
    public required string RootPath { get; init; }

    /// <summary>The file that was read, or that a first start writes.</summary>
    public required string FilePath { get; init; }

    /// <summary>This node's name in the cluster (R-CFG-04).</summary>
    public required string NodeName { get; init; }

    public required string ComponentsRoot { get; init; }

    /// <summary><c>bulkLoad.allowedNetworks</c>: where <c>csv_url_load</c> may fetch from besides public addresses.</summary>
    public required ImmutableArray<IPNetwork> LoadNetworks { get; init; }

    public required ReplicationConfig Replication { get; init; }

    public required OperationsApiConfig OperationsApi { get; init; }

    public required HttpConfig Http { get; init; }

    public required AuthenticationConfig Authentication { get; init; }

    public required LoggingConfig Logging { get; init; }

    public required StorageConfig Storage { get; init; }

    /// <summary><c>tls</c> and <c>operationsApi.tls</c>: certificates that the operator provides.</summary>
    public required ImmutableArray<ConfiguredCertificate> Certificates { get; init; }

    /// <summary>Some listener speaks TLS.</summary>
    public bool IsSecure => Replication.SecurePort is not null || OperationsApi.SecurePort is not null || Http.SecurePort is not null;
}

/// <summary>The section <c>replication</c>.</summary>
public sealed record ReplicationConfig
{
    /// <summary>The plain WebSocket listener; null: none, and the node takes no part in replication over plain sockets.</summary>
    public required ListenAddress? Port { get; init; }

    /// <summary>The TLS WebSocket listener; null: none. With neither key given it is on 9933 (R-CFG-16).</summary>
    public required ListenAddress? SecurePort { get; init; }

    /// <summary><c>replication.mtls.certificateVerification</c>: whether authorities are asked what they revoked.</summary>
    public RevocationSettings Revocation { get; init; } = RevocationSettings.Automatic;

    /// <summary><c>replication.enableRootCAs</c>: certificates that end at a public authority are believed.</summary>
    public required bool EnableRootCas { get; init; }

    /// <summary>URL under which others reach this node.</summary>
    public required string Url { get; init; }

    /// <summary>Each route as JSON, as written; revoked serial numbers are always texts (R-CFG-32).</summary>
    public required ImmutableArray<JsonElement> Routes { get; init; }

    /// <summary>Databases that replicate; null: every one.</summary>
    public required ImmutableArray<ReplicatedDatabase>? Databases { get; init; }

    public required int? Shard { get; init; }

    public required int? ReplicateTo { get; init; }

    public required bool FailOver { get; init; }

    public required TimeSpan PingInterval { get; init; }

    public required TimeSpan PingTimeout { get; init; }

    /// <summary>How often idle peers compare themselves (rule 28); zero: never by themselves.</summary>
    public required TimeSpan CompareInterval { get; init; }

    /// <summary>A copy that does not move for so long ends and goes on from where it stopped.</summary>
    public required TimeSpan CopyTimeout { get; init; }

    public required long MaxPayloadBytes { get; init; }

    /// <summary>Transactions of a peer that may wait for the writer at once; null: as many as the bytes in flight allow.</summary>
    public required int? RecordConcurrency { get; init; }

    /// <summary>The port that a route without one is given (R-CFG-14).</summary>
    public required int DefaultRoutePort { get; init; }
}

/// <summary>An entry of <c>replication.databases</c>.</summary>
public sealed record ReplicatedDatabase(string Name, bool Sharded = false, int? ReplicateTo = null);

/// <summary>The section <c>operationsApi.network</c>.</summary>
public sealed record OperationsApiConfig
{
    public required ListenAddress? Port { get; init; }

    /// <summary>The same over TLS; null: none.</summary>
    public required ListenAddress? SecurePort { get; init; }

    /// <summary>Null: clients are not asked for certificates.</summary>
    public ClientCertificateConfig? Mtls { get; init; }

    public required CorsConfig Cors { get; init; }

    public required TimeSpan HeadersTimeout { get; init; }

    public required TimeSpan KeepAliveTimeout { get; init; }

    public required TimeSpan Timeout { get; init; }

    /// <summary>Path of the Unix domain socket; null: none.</summary>
    public required string? DomainSocket { get; init; }
}

/// <summary>The section <c>http</c>: the port of the REST interface.</summary>
public sealed record HttpConfig
{
    public required ListenAddress? Port { get; init; }

    /// <summary>The same over TLS; null: none.</summary>
    public required ListenAddress? SecurePort { get; init; }

    /// <summary>Null: clients are not asked for certificates.</summary>
    public ClientCertificateConfig? Mtls { get; init; }

    public required CorsConfig Cors { get; init; }

    public required TimeSpan HeadersTimeout { get; init; }

    public required TimeSpan KeepAliveTimeout { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required int MaxHeaderBytes { get; init; }
}

/// <param name="Origins">Pages from these may call; <c>*</c>: from everywhere. Empty: from nowhere else.</param>
public sealed record CorsConfig(bool Enabled, ImmutableArray<string> Origins)
{
    public bool Allows(string origin) => Enabled && (Origins.Contains("*") || Origins.Contains(origin));
}

/// <summary>The section <c>authentication</c>.</summary>
public sealed record AuthenticationConfig
{
    /// <summary>Loopback callers without credentials are super_user on the operations and REST ports, never on the replication port (D28).</summary>
    public required bool AuthorizeLocal { get; init; }

    public required TimeSpan CacheTtl { get; init; }

    public required bool LogFailed { get; init; }

    public required bool LogSuccessful { get; init; }

    public bool EnableSessions { get; init; } = true;

    public TimeSpan OperationTokenLife { get; init; } = TimeSpan.FromDays(1);

    public TimeSpan RefreshTokenLife { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a session holds after its log-in.</summary>
    public TimeSpan SessionLife { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Domains whose pages share a session's cookie.</summary>
    public ImmutableArray<string> CookieDomains { get; init; } = [];

    public bool HashWithArgon2 { get; init; }
}

/// <summary>The section <c>logging</c>.</summary>
public sealed record LoggingConfig
{
    public required string Level { get; init; }

    public required bool File { get; init; }

    public required string Path { get; init; }

    public required bool StdStreams { get; init; }

    public required bool AuditLog { get; init; }

    public required TimeSpan AuditRetention { get; init; }

    /// <summary>Bytes that the transaction log of each database may take.</summary>
    public required long AuditMaxBytes { get; init; }

    public required long RotationBytes { get; init; }

    public required string RotationDirectory { get; init; }

    public required TimeSpan? RotationInterval { get; init; }
}

/// <summary>The sections <c>storage</c> and <c>databases</c>.</summary>
public sealed record StorageConfig
{
    /// <summary>Where databases lie unless <see cref="DatabasePaths"/> says otherwise.</summary>
    public required string Path { get; init; }

    public required string BackupPath { get; init; }

    /// <summary>True: an acknowledged write is on disk. False (<c>storage.durability: async</c>): a power cut may take the last moment's writes.</summary>
    public required bool Synced { get; init; }

    public required ImmutableDictionary<string, string> DatabasePaths { get; init; }
}
