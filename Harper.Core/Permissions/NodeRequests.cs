using System.Collections.Frozen;
using System.Text.Json;
using Harper.Core.Operations;

namespace Harper.Core.Permissions;

/// <summary>
/// What is not taken from another node, though nodes forward it to each other for their operators (<c>replicated: true</c>): nothing proves the operator, so a node in wrong hands could
/// ask for it by itself and let its owner in as a super_user everywhere (invariant 9). The answer of the node that was asked says why; the operator does it there.
/// </summary>
public static class NodeRequests
{
    private const string ForPeers = "replication";

    /// <summary>Settings that decide how much and how long. Whom a node lets in, where it listens, fetches and writes, whom it dials: not among them.</summary>
    private static readonly FrozenSet<string> Harmless = FrozenSet.ToFrozenSet(
    [
        "logging.level", "logging.stdstreams", "logging.auditretention", "logging.auditmaxsize", "logging.rotation.enabled", "logging.rotation.interval", "logging.rotation.maxsize",
        "logging.auditauthevents.logfailed", "logging.auditauthevents.logsuccessful", "replication.pinginterval", "replication.pingtimeout", "replication.compareinterval",
        "replication.copytimeout", "replication.recordconcurrency", "operationsapi.network.headerstimeout", "operationsapi.network.keepalivetimeout", "operationsapi.network.timeout",
        "http.headerstimeout", "http.keepalivetimeout", "http.timeout", "http.maxheadersize",
    ], StringComparer.Ordinal);

    /// <param name="operation">By its name in the catalogue.</param>
    /// <returns>Why it is refused; null: it is not.</returns>
    public static string? ProblemOf(string operation, OperationFields fields) => operation switch
    {
        "add_certificate" when fields.Element("is_authority") is { ValueKind: not JsonValueKind.False } && !IsForPeersAlone(fields.Element("uses")) =>
            "An authority by which clients are believed is not taken from another node: add it on this node itself, or with 'uses': ['replication']",
        "set_configuration" when fields.All.Keys.FirstOrDefault(key => key is not ("operation" or "replicated") && !Harmless.Contains(Plain(key))) is { } key =>
            $"'{key}' is not set by another node, since it could let others in: set it on this node itself",
        _ => null,
    };

    private static bool IsForPeersAlone(JsonElement? uses) =>
        uses is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 && list.EnumerateArray().All(use => use.ValueKind == JsonValueKind.String && use.GetString() == ForPeers);

    private static string Plain(string key) => key.Replace('_', '.').ToLowerInvariant();
}
