using System.Net.Security;
using System.Security.Authentication;
using Harper.Actors.Certificates;
using Harper.Actors.Transport;

namespace Harper.Tests.Support;

/// <summary>A dialler that shows whatever certificate it is given and believes whatever it is shown.</summary>
internal sealed class ShowingTls(IssuedCertificate? shown, SslProtocols protocols = SslProtocols.None) : IPeerTls
{
    public async Task<SecuredStream> SecureAsync(Stream plain, PeerDial dial, CancellationToken cancellation)
    {
        var ssl = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            await ssl.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = dial.Url.Host,
                    EnabledSslProtocols = protocols,
                    ClientCertificateContext = shown is null
                        ? null
                        : SslStreamCertificateContext.Create(shown.WithKey(), [.. shown.Intermediates], offline: true),
#pragma warning disable CA5359 // That is what it is for.
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                }, cancellation);
            return new SecuredStream(ssl, null);
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            throw new PeerTransportException(PeerTransportFailure.Untrusted, failure.Message, failure);
        }
    }

    public void Watch(IPeerSocket socket, PeerDial dial, ShownCertificate? shown)
    {
    }
}
