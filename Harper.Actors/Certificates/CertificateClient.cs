using Akka.Actor;
using Harper.Core.Operations;

namespace Harper.Actors.Certificates;

/// <summary>How operations reach the certificates: asks the actor and waits until the change is in force.</summary>
public sealed class CertificateClient(CertificateView view)
{
    /// <summary>A key of 4,096 bits takes seconds on a busy machine.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(45);

    public CertificateView View { get; } = view;

    /// <exception cref="OperationError">Refused, or not answered in time.</exception>
    public async Task<TReply> AskAsync<TReply>(CertificateProtocol.ICommand command, CancellationToken cancellation) where TReply : CertificateProtocol.IReply
    {
        await View.WaitAsync(Deadline, cancellation).ConfigureAwait(false);
        var actor = View.Actor ?? throw new OperationError(503, "The node is starting; try again in a moment") { RetryAfterSeconds = 1 };
        try
        {
            return await actor.Ask<CertificateProtocol.IReply>(command, Deadline, cancellation).ConfigureAwait(false) switch
            {
                TReply reply => reply,
                CertificateProtocol.Failed failed => throw new OperationError(failed.Status, failed.Reason),
                _ => throw new OperationError(500, "The certificate authorities gave an answer that nobody knows"),
            };
        }
        catch (AskTimeoutException)
        {
            throw new OperationError(504, "The certificate authorities did not answer in time; nothing is known of the change");
        }
    }
}
