namespace Harper.Core.Certificates;

/// <summary>Why a chain does not end at anybody trusted, in the words that clients of the original know (they are those of its TLS library).</summary>
public static class ChainFault
{
    public const string SelfSignedInChain = "self-signed certificate in certificate chain";
    public const string SelfSigned = "self-signed certificate";
    public const string UnknownIssuer = "unable to get local issuer certificate";

    /// <param name="chainLength">Certificates that were found, the leaf included.</param>
    /// <param name="endsAtSelfSigned">The last of them is signed by itself.</param>
    public static string Untrusted(CertificateFacts leaf, int chainLength, bool endsAtSelfSigned)
    {
        if (leaf.IsSelfIssued) return SelfSigned;
        if (endsAtSelfSigned && chainLength > 1) return SelfSignedInChain;
        // A node's own authority is not sent along; its name tells as much.
        return leaf.Issuer.StartsWith("CN=" + CertificateNames.AuthorityPrefix, StringComparison.Ordinal)
            || leaf.Issuer.StartsWith("CN=Harper-Certificate-Authority-", StringComparison.Ordinal) ? SelfSignedInChain : UnknownIssuer;
    }

    public static string WrongHost(CertificateFacts leaf, string host) =>
        $"Hostname/IP does not match certificate's altnames: {host} is not one of {string.Join(", ", CertificateNames.Of(leaf).Take(5))}";
}
