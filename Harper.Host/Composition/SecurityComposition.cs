using System.Net;
using Akka.Configuration;
using Harper.Actors.Certificates;
using Harper.Actors.Cluster;
using Harper.Actors.Membership;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Host.Configuration;
using Harper.Host.Revocation;
using Harper.Host.Security;
using Microsoft.Extensions.Logging;

namespace Harper.Host.Composition;

/// <summary>What listeners and the node share: who the members are, and the certificates. Made before either starts, filled when the databases are open.</summary>
internal sealed class SecurityComposition
{
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
            PublishesAuthority = replication.SecurePort is not null,
            Configured = config.Certificates,
            EnableRootCas = replication.EnableRootCas,
            Timings = CertificateTimings.Create(Hocon = HoconOverlay.Create(config)),
        };
        try
        {
            var allowed = settings.Timings.AllowedNetworks.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(IPNetwork.Parse);
            Revocation = new RevocationCheck(replication.Revocation, [.. allowed], () => DateTimeOffset.UtcNow, loggers.CreateLogger<RevocationCheck>());
        }
        catch (FormatException failure)
        {
            throw new HostStartException($"harper.certificates.allowed-networks in harper.hocon: {failure.Message}", HostStartException.BadConfiguration);
        }
        try
        {
            var keys = new KeyFolder(Path.Combine(config.RootPath, "keys"));
            Retained = new RetainedCredentials(keys);
            Certificates = new CertificateFeature(settings, keys, Membership, () => DateTimeOffset.UtcNow, Revocation);
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new HostStartException($"harper.certificates.public-roots in harper.hocon: {failure.Message}", HostStartException.BadConfiguration);
        }
    }

    /// <summary>harper.hocon under the operator's file, parsed once.</summary>
    public Config Hocon { get; }

    public MembershipView Membership { get; }

    public RetainedCredentials Retained { get; }

    public CertificateFeature Certificates { get; }

    public RevocationCheck Revocation { get; }
}
