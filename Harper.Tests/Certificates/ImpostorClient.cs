using System.Net;
using System.Net.Sockets;
using System.Text;
using Harper.Core.Wire.Control;
using Harper.Tests.Support;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;
using TlsCertificate = Org.BouncyCastle.Tls.Certificate;

namespace Harper.Tests.Certificates;

/// <summary>
/// A peer that shows a certificate and proves it with whatever key it has, over TLS of another library: that of the platform would neither show what is not its own nor what it finds
/// too weak itself.
/// </summary>
internal sealed class ImpostorClient(byte[] certificate, AsymmetricKeyParameter key) : DefaultTlsClient(new BcTlsCrypto(new SecureRandom()))
{
    /// <summary>What it was told before it was hung up on; with "let in" in front when TLS came about.</summary>
    public static async Task<string> TryAsync(string address, byte[] certificate, AsymmetricKeyParameter key)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Wait.Deadline.TotalMilliseconds };
        await socket.ConnectAsync(IPAddress.Parse(address), 9933);
        await using var stream = new NetworkStream(socket);
        return await Task.Run(() => Speak(stream, new ImpostorClient(certificate, key)));
    }

    public override TlsAuthentication GetAuthentication() => new Shown(this);

    // In 1.3 a client is through before its proof was looked at.
    protected override ProtocolVersion[] GetSupportedVersions() => [ProtocolVersion.TLSv12];

    private static string Speak(Stream stream, ImpostorClient client)
    {
        var said = new StringBuilder();
        try
        {
            var tls = new TlsClientProtocol(stream);
            tls.Connect(client);
            said.Append("let in ");
            // A peer, and its first message, in one frame: a goodbye. Whoever is let in is said goodbye to.
            tls.Stream.Write("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: harperdb-replication-v1\r\n\r\n"u8);
            var goodbye = ControlFrameCodec.Encode(ControlFrame.Disconnect.Instance);
            tls.Stream.Write([0x82, (byte)(0x80 | goodbye.Length), 0, 0, 0, 0, .. goodbye]);
            var buffer = new byte[4096];
            // Until it is said goodbye to: the connection itself may stand for a while.
            while (!said.ToString().Contains("\r\n\r\n\u0088", StringComparison.Ordinal) && tls.Stream.Read(buffer) is var read and > 0) said.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (IOException end)
        {
            said.Append(end.Message);
        }
        return said.ToString();
    }

    private sealed class Shown(ImpostorClient client) : TlsAuthentication
    {
        public void NotifyServerCertificate(TlsServerCertificate serverCertificate)
        {
            // Whoever it is.
        }

        public TlsCredentials GetClientCredentials(CertificateRequest certificateRequest)
        {
            var crypto = (BcTlsCrypto)client.Crypto;
            return new BcDefaultTlsCredentialedSigner(
                new Org.BouncyCastle.Tls.Crypto.TlsCryptoParameters(client.m_context), crypto, client.Key, new TlsCertificate([crypto.CreateCertificate(client.Bytes)]),
                SignatureAndHashAlgorithm.GetInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa));
        }
    }

    private AsymmetricKeyParameter Key => key;

    private byte[] Bytes => certificate;
}
