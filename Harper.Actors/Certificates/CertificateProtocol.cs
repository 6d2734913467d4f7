using System.Collections.Immutable;
using Harper.Core.Identity;

namespace Harper.Actors.Certificates;

/// <summary>What others ask of CertificateAuthoritiesActor. Every command is answered with its reply or <see cref="Failed"/>.</summary>
public static class CertificateProtocol
{
    public interface ICommand;

    public interface IReply;

    /// <summary>Store a certificate and, when given, its key (R-CRT-01). Answered with <see cref="Added"/>.</summary>
    public sealed record Add(
        string? Name, string Pem, string? PrivateKey, bool IsAuthority, ImmutableArray<string>? Hosts, ImmutableArray<string>? Uses, string? Ciphers) : ICommand
    {
        /// <summary>Messages are shown when they go astray: never with what is in this one.</summary>
        public override string ToString() => $"Add {Name}";
    }

    /// <summary>Answered with <see cref="Done"/>.</summary>
    public sealed record Remove(string Name) : ICommand;

    /// <summary>Answered with <see cref="Request"/>.</summary>
    public sealed record CreateRequest : ICommand
    {
        public static readonly CreateRequest Instance = new();
    }

    /// <summary>Sign a request. Answered with <see cref="Signed"/>.</summary>
    /// <param name="Node">Whose certificate it becomes; null: the common name of the request.</param>
    /// <param name="Url">Its host goes into the certificate too.</param>
    public sealed record Sign(string Csr, NodeName? Node, string? Url) : ICommand;

    /// <summary>What this node brings to an introduction. Answered with <see cref="JoinPrepared"/>.</summary>
    /// <param name="ForceSigning">A new certificate even though this node has one that others signed.</param>
    public sealed record PrepareJoin(bool ForceSigning) : ICommand;

    /// <summary>Take what the issuer answered. Answered with <see cref="Done"/>; nothing is stored when it does not fit.</summary>
    public sealed record CompleteJoin(string Certificate, string SigningAuthority) : ICommand;

    /// <summary>Make the self-made certificates anew (R-CLI-02). Answered with <see cref="Added"/> naming them.</summary>
    public sealed record Renew : ICommand
    {
        public static readonly Renew Instance = new();
    }

    public sealed record Added(ImmutableArray<string> Names) : IReply;

    public sealed record Done : IReply
    {
        public static readonly Done Instance = new();
    }

    public sealed record Request(string Pem, string PrivateKeyName) : IReply;

    public sealed record Signed(string Certificate, string SigningAuthority) : IReply;

    /// <param name="Csr">To be signed; null: this node has a certificate that others signed.</param>
    /// <param name="OwnAuthority">The authority of that certificate.</param>
    public sealed record JoinPrepared(string? Csr, string? OwnAuthority) : IReply;

    /// <summary>Refused, with the status and words for the caller.</summary>
    public sealed record Failed(int Status, string Reason) : IReply;

}
