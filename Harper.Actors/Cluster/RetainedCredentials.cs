using System.Collections.Concurrent;
using Harper.Actors.Certificates;
using Harper.Core.Identity;

namespace Harper.Actors.Cluster;

/// <summary>
/// Credentials that the operator asked to keep (<c>retain_authorization</c>, R-XGN-10): on this node only, one file per peer below <c>keys/</c> that its owner
/// alone can read, never on a record, because records gossip (D54). Sent again with every dial of that peer. Safe for any thread.
/// </summary>
public sealed class RetainedCredentials(IKeyFiles files)
{
    private const string Prefix = "authorization-";

    // What is not there is remembered as well: dialling must not read the disk each time.
    private readonly ConcurrentDictionary<NodeName, string> _known = new();

    /// <summary>The Authorization header for a peer, or null.</summary>
    public string? Find(NodeName peer) => _known.GetOrAdd(peer, name => files.Read(FileOf(name))?.Trim() ?? "") is { Length: > 0 } header ? header : null;

    public void Keep(NodeName peer, string header)
    {
        files.Write(FileOf(peer), header + "\n");
        _known[peer] = header;
    }

    public void Forget(NodeName peer)
    {
        if (Find(peer) is null) return;
        files.Delete(FileOf(peer));
        _known[peer] = "";
    }

    /// <summary>Unlike every other peer's: whoever is called almost the same must not be sent them.</summary>
    private static string FileOf(NodeName peer) =>
        Prefix + string.Concat(peer.Value.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c.ToString() : $"+{(int)c:x4}"));
}
