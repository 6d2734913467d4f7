using System.Collections.Immutable;
using System.Net;
using Akka.Configuration;
using Harper.Actors.Certificates;
using Harper.Actors.Cluster;
using Harper.Actors.Membership;
using Harper.Core.Certificates.Revocation;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Host.Configuration;
using Harper.Host.Revocation;
using Harper.Host.Security;
using Microsoft.Extensions.Logging;

namespace Harper.Host.Composition;

/// <summary>What listeners and the node share: who the members are, and the certificates. Made before either starts, filled when the databases are open.</summary>
internal sealed class SecurityComposition : IDisposable
{
    private readonly List<RevocationCheck> _checks = [];
    private readonly Func<RevocationSettings, RevocationCheck> _createCheck;

    /// <exception cref="HostStartException">harper.hocon names a file of public authorities that cannot be used.</exception>
    public SecurityComposition(HarperConfig config, ILoggerFactory loggers)
    {
        var replication = config.Replication;
        Membership = new MembershipView(new MembershipSettings
        {
            Self = new NodeName(config.NodeName),
            Url = replication.Port is null && replication.SecurePort is null ? null : replication.Url,
            Shard = replication.Shard,
            Databases = replication.Databases is { } databases
                ? ReplicatedDatabases.Only(databases.Select(database => new DatabaseName(database.Name))) with
                {
                    Sharded = [.. databases.Where(database => database.Sharded).Select(database => new DatabaseName(database.Name))],
                }
                : ReplicatedDatabases.All,
            Routes = replication.Routes,
            DefaultScheme = replication.SecurePort is not null ? "wss" : "ws",
            DefaultPort = replication.DefaultRoutePort,
        });
        var settings = new CertificateSettings
        {
            Self = new NodeName(config.NodeName),
            Url = replication.Url,
            IsSecure = config.IsSecure,
            IsReachedSecurely = replication.SecurePort is not null,
            Configured = config.Certificates,
            EnableRootCas = replication.EnableRootCas,
            Timings = CertificateTimings.Create(Hocon = HoconOverlay.Create(config)),
        };
        try
        {
            ImmutableArray<IPNetwork> allowed =
                [.. settings.Timings.AllowedNetworks.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text => IPNetwork.Parse(text))];
            _createCheck = asked => new RevocationCheck(asked, allowed, Now, loggers.CreateLogger<RevocationCheck>());
        }
        catch (FormatException failure)
        {
            throw new HostStartException($"harper.certificates.allowed-networks in harper.hocon: {failure.Message}", HostStartException.BadConfiguration);
        }
        try
        {
            var keys = new KeyFolder(RootFolder.KeysOf(config));
            Retained = new RetainedCredentials(keys);
            Certificates = new CertificateFeature(settings, keys, Membership, Now, Check(replication.Revocation));
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new HostStartException($"harper.certificates.public-roots in harper.hocon: {failure.Message}", HostStartException.BadConfiguration);
        }
        OperationsClients = Clients(config.OperationsApi.Mtls, "operations", loggers);
        RestClients = Clients(config.Http.Mtls, "https", loggers);
    }

    /// <summary>harper.hocon under the operator's file, parsed once.</summary>
    public Config Hocon { get; }

    public MembershipView Membership { get; }

    public RetainedCredentials Retained { get; }

    public CertificateFeature Certificates { get; }

    /// <summary>Clients of the operations API that show certificates; null: none is asked for one.</summary>
    public ClientCertificates? OperationsClients { get; }

    /// <summary>The same of REST.</summary>
    public ClientCertificates? RestClients { get; }

    public void Dispose()
    {
        foreach (var check in _checks) check.Dispose();
    }

    /// <summary>Each listener asks by settings of its own.</summary>
    private RevocationCheck Check(RevocationSettings asked)
    {
        var check = _createCheck(asked);
        _checks.Add(check);
        return check;
    }

    private ClientCertificates? Clients(ClientCertificateConfig? asked, string use, ILoggerFactory loggers) => asked is null
        ? null
        : new ClientCertificates(asked, use, Certificates.Tls, Certificates.View, Check(asked.Revocation), Now, loggers.CreateLogger<ClientCertificates>());

    private static DateTimeOffset Now() => DateTimeOffset.UtcNow;
}
