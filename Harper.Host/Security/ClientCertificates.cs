using Harper.Actors.Certificates;
using Harper.Core.Operations;
using Harper.Host.Configuration;
using Harper.Host.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Harper.Host.Security;

/// <summary>
/// Whom the certificate of an HTTP client stands for (R-VER-13). It was judged in the handshake; with every request it is made sure that this still holds: connections are
/// kept open for long, and what authorities say is kept too, so that asking again costs nothing.
/// </summary>
/// <param name="use">The listener: <c>operations</c> or <c>https</c>.</param>
internal sealed partial class ClientCertificates(
    ClientCertificateConfig config, string use, PeerTls tls, CertificateView certificates, ICertificateRevocationCheck revocation, Func<DateTimeOffset> now, ILogger<ClientCertificates> log)
{
    public ClientCertificateDemand Demand => config.Required ? ClientCertificateDemand.Required : ClientCertificateDemand.Asked;

    /// <summary>The name of the user; null: the client showed no certificate that is believed, or it names nobody.</summary>
    /// <exception cref="OperationError">401: it was revoked, or that it was not could not be learned.</exception>
    public async ValueTask<string?> UserOfAsync(HttpContext context)
    {
        if (context.Features.Get<ShownCertificateFeature>() is not { Shown: { Claim.Problem: null } shown } feature) return null;
        if (FaultOf(feature, shown) is { } fault)
            return config.Required ? throw new OperationError(401, $"The client certificate is not believed any more: {fault}") : null;
        if (await revocation.CheckAsync(shown, context.RequestAborted).ConfigureAwait(false) is { } refusal)
        {
            LogRefused(shown.Claim.Certificate.Subject, refusal);
            throw new OperationError(401, "Certificate revoked or verification failed");
        }
        return config.NamesNobody ? null : config.User ?? shown.Claim.Certificate.CommonName;
    }

    private string? FaultOf(ShownCertificateFeature feature, ShownCertificate shown)
    {
        var current = certificates.Current;
        if (ReferenceEquals(feature.JudgedWith, current) && now() <= shown.Claim.Certificate.ValidTo) return null;
        var fault = tls.FaultOf(use, shown);
        if (fault is null) feature.JudgedWith = current;
        return fault;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A client with the certificate {Subject} was refused: {Reason}")]
    private partial void LogRefused(string subject, string reason);
}
