using Harper.Actors.Certificates;

namespace Harper.Actors.Transport;

/// <summary>The dialling side of TLS between nodes.</summary>
public interface IPeerTls
{
    /// <summary>Opens TLS over a connection and makes sure of who is at its other end; disposes the connection when that fails.</summary>
    /// <exception cref="PeerTransportException">The other end is not believed, or does not speak TLS.</exception>
    Task<SecuredStream> SecureAsync(Stream plain, PeerDial dial, CancellationToken cancellation);

    /// <summary>The socket over that stream is open: it is closed as soon as the certificate no longer holds.</summary>
    void Watch(IPeerSocket socket, PeerDial dial, ShownCertificate? shown);
}

/// <summary>A stream over TLS.</summary>
/// <param name="Shown">The certificate of the other end; null when it was not verified.</param>
public sealed record SecuredStream(Stream Stream, ShownCertificate? Shown);
