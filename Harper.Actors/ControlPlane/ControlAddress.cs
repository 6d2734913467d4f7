using Akka.Actor;
using Harper.Core.Identity;

namespace Harper.Actors.ControlPlane;

/// <summary>A node on the control plane: its name, and where its replication URL says it is.</summary>
/// <param name="Secure">Dialled over TLS. Akka's addresses do not say so: they only name.</param>
public sealed record ControlAddress(NodeName Node, string Host, int Port, bool Secure = false)
{
    public const string SystemName = "harper-control";
    public const string Scheme = "ws";

    /// <summary>Path on the replication port.</summary>
    public const string Path = "/control";

    public Uri Url => new UriBuilder(Secure ? "wss" : "ws", Host, Port, Path).Uri;

    public Address Akka => new($"akka.{Scheme}", SystemName, Host, Port);

    /// <summary>Null when there is no URL to dial.</summary>
    public static ControlAddress? Of(NodeName node, string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed is { Scheme: "ws" or "wss", Port: > 0 }
            ? new ControlAddress(node, parsed.Host, parsed.Port, parsed.Scheme == "wss")
            : null;
}
