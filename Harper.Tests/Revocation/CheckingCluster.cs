using System.Net;
using System.Text.Json;
using Harper.Actors.Certificates;
using Harper.Core.Certificates.Revocation;
using Harper.Host.Revocation;
using Harper.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Harper.Tests.Revocation;

/// <summary>Nodes over wss with given certificates, each with its own <c>certificateVerification</c>, and one clock by which all of them ask authorities.</summary>
internal sealed class CheckingCluster : IAsyncDisposable
{
    private readonly List<ClusterNode> _nodes = [];
    private readonly List<RevocationCheck> _checks = [];

    public CapturedLog Log { get; } = new();

    /// <summary>Added to the clock of those who ask.</summary>
    public TimeSpan Ahead { get; set; }

    /// <param name="verification"><c>replication.mtls.certificateVerification</c>; null: not configured, which asks nobody about private authorities.</param>
    public async Task<ClusterNode> StartAsync(string name, string[] routes, IssuedCertificate issued, string authority, string? verification)
    {
        var errors = new List<string>();
        var settings = RevocationSettingsReader.Read(verification is null ? null : JsonDocument.Parse(verification).RootElement, "certificateVerification", errors);
        Assert.Empty(errors);
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(Log));
        var check = new RevocationCheck(settings, [IPNetwork.Parse("127.0.0.0/8")], () => DateTimeOffset.UtcNow + Ahead, loggers.CreateLogger<RevocationCheck>());
        _checks.Add(check);
        var node = await ClusterNode.StartAsync(new ClusterNodeOptions(name)
        {
            Secure = new SecureNode(withKey: false) { Configured = [new ConfiguredCertificate("tls", issued.Pem, authority, issued.KeyPem)], Revocation = check },
        }.With(routes));
        _nodes.Add(node);
        return node;
    }

    public async Task<ClusterNode> StartAgainAsync(ClusterNode node)
    {
        await node.DisposeAsync();
        _nodes.Remove(node);
        node = await node.StartAgainAsync();
        _nodes.Add(node);
        return node;
    }

    /// <summary>Whether the node shows that the way to the peer ended for this reason.</summary>
    public static bool Refused(ClusterNode node, ClusterNode peer, string reason) =>
        node.Board.Find(new(peer.Name))?.Databases.Values.Any(database => database.LastError?.Reason.Contains(reason, StringComparison.Ordinal) == true) == true;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        foreach (var check in _checks) check.Dispose();
        Log.Dispose();
    }
}
