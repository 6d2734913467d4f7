using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Harper.Actors.Certificates;
using Harper.Actors.Peers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Harper.Host.Http;

/// <summary>How a listener speaks TLS.</summary>
/// <param name="Use">Its purpose, by which its certificate is chosen.</param>
/// <param name="Demand">Whether clients are asked who they are.</param>
internal sealed record TlsListenerOptions(PeerTls Tls, string Use, ClientCertificateDemand Demand = ClientCertificateDemand.None)
{
    /// <summary>Asked within the handshake, for those who keep a socket; null: what comes over the connection is checked one by one.</summary>
    public ICertificateRevocationCheck? Revocation { get; init; }

    /// <summary>From the first byte to the end of the handshake; whoever is slower is cut.</summary>
    public TimeSpan HandshakeDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Handshakes that may be under way, from one address and altogether; more are cut at once. What is through no longer counts.</summary>
    public int MaxPendingPerAddress { get; init; } = 512;

    public int MaxPending { get; init; } = 4096;

    /// <summary>Whoever comes to a node that is still making its first certificate waits for it: to be cut would look like a broken node.</summary>
    public TimeSpan StartDeadline { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>The certificate that a client showed, for who answers its requests.</summary>
internal sealed record ShownCertificateFeature(ShownCertificate? Shown)
{
    /// <summary>The certificates of this node with which the shown one was last judged.</summary>
    public object? JudgedWith { get; set; }
}

/// <summary>
/// TLS in front of HTTP. The certificate is chosen for each handshake anew, what clients show is judged and passed on, and who does not finish is cut. Until
/// its first byte has come a connection costs no more than a plain one.
/// </summary>
internal sealed partial class TlsListener(TlsListenerOptions options, ILogger<TlsListener> log)
{
    private const int RecordBytes = 16 * 1024;

    private readonly AddressCount _pending = new(options.MaxPendingPerAddress);
    private readonly RefusalLog _refused = new(TimeProvider.System);
    private int _total;

    public async Task HandleAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var remote = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (await SecureAsync(connection, remote).ConfigureAwait(false) is not { } secured)
        {
            connection.Abort();
            return;
        }
        var plain = connection.Transport;
        var (stream, shown) = secured;
        await using (stream.ConfigureAwait(false))
        {
            // Whole TLS records out, and no buffer held by a connection that is silent.
            connection.Transport = new Duplex(
                PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: RecordBytes, useZeroByteReads: true)),
                PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: RecordBytes)));
            connection.Features.Set<ITlsConnectionFeature>(new TlsFeature(shown?.Leaf));
            connection.Features.Set(new ShownCertificateFeature(shown));
            try
            {
                await next(connection).ConfigureAwait(false);
            }
            finally
            {
                await connection.Transport.Input.CompleteAsync().ConfigureAwait(false);
                await connection.Transport.Output.CompleteAsync().ConfigureAwait(false);
                connection.Transport = plain;
            }
        }
    }

    /// <summary>Null: no TLS came about, and the log knows why.</summary>
    private async Task<(SslStream Stream, ShownCertificate? Shown)?> SecureAsync(ConnectionContext connection, IPAddress remote)
    {
        if (!Enter(remote))
        {
            Refuse(remote, "too many handshakes are under way");
            return null;
        }
        SslStream? ssl = null;
        try
        {
            if (!await options.Tls.WaitUntilReadyAsync(options.StartDeadline, connection.ConnectionClosed).ConfigureAwait(false))
            {
                Refuse(remote, "this node is still making its first certificate; it takes seconds, or longer on a busy machine");
                return null;
            }
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
            deadline.CancelAfter(options.HandshakeDeadline);
            var first = await connection.Transport.Input.ReadAsync(deadline.Token).ConfigureAwait(false);
            if (first.Buffer.IsEmpty) return null;
            connection.Transport.Input.AdvanceTo(first.Buffer.Start);
            ShownCertificate? shown = null;
            ssl = new SslStream(new DuplexStream(connection.Transport), leaveInnerStreamOpen: false);
            await ssl.AuthenticateAsServerAsync(
                async (_, hello, _, cancellation) =>
                    await options.Tls.ServerOptionsAsync(options.Use, hello.ServerName, options.Demand, seen => shown = seen, cancellation).ConfigureAwait(false)
                    ?? throw new AuthenticationException("this node has no certificate to show yet"),
                null, deadline.Token).ConfigureAwait(false);
            if (shown is { Claim.Problem: null } && options.Revocation is { } revocation && await revocation.CheckAsync(shown, deadline.Token).ConfigureAwait(false) is { } revoked)
                shown = shown with { Claim = shown.Claim with { Problem = revoked, IsTakenBack = true } };
            var secured = ssl;
            ssl = null;
            return (secured, shown);
        }
        catch (OperationCanceledException) when (!connection.ConnectionClosed.IsCancellationRequested)
        {
            Refuse(remote, $"no handshake within {options.HandshakeDeadline.TotalSeconds:0.#} s");
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException or InvalidOperationException or NotSupportedException)
        {
            Refuse(remote, (failure.InnerException ?? failure).Message);
        }
        catch (OperationCanceledException)
        {
            // It went away by itself.
        }
        finally
        {
            Leave(remote);
            if (ssl is not null) await ssl.DisposeAsync().ConfigureAwait(false);
        }
        return null;
    }

    private bool Enter(IPAddress remote)
    {
        if (!_pending.TryEnter(remote)) return false;
        if (Interlocked.Increment(ref _total) <= options.MaxPending) return true;
        Leave(remote);
        return false;
    }

    private void Leave(IPAddress remote)
    {
        Interlocked.Decrement(ref _total);
        _pending.Leave(remote);
    }

    private void Refuse(IPAddress remote, string reason)
    {
        if (_refused.Count(remote) is { } unsaid) LogRefused(options.Use, remote, reason, RefusalLog.More(unsaid));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No secure connection ({Use}) with {Address}: {Reason}{More}")]
    private partial void LogRefused(string use, IPAddress address, string reason, string more);

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    private sealed class TlsFeature(X509Certificate2? certificate) : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; } = certificate;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
}
