using System.Collections.Immutable;
using System.Text.Json;
using Akka.Actor;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Operations;

namespace Harper.Actors.Membership;

/// <summary>How operations change membership: asks the actor and waits until the plan that follows is in force.</summary>
public sealed class MembershipClient(MembershipView view)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);
    private readonly SemaphoreSlim _introducing = new(1);

    public MembershipView View { get; } = view;

    public Task<bool> WriteAsync(NodeName name, ImmutableArray<NodeField> changes, CancellationToken cancellation) =>
        AskAsync(new MembershipProtocol.WriteRecord(name, changes), cancellation);

    /// <summary>One at a time: what was agreed with all peers stands in one attribute, and each change is made to what was read.</summary>
    public async Task IntroduceAsync(NodeName peer, ImmutableArray<NodeField> changes, PeerTerms terms, CancellationToken cancellation)
    {
        await _introducing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await AskAsync(new MembershipProtocol.Introduce(peer, changes, terms), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _introducing.Release();
        }
    }

    /// <summary>The databases of this node begin empty, their old files are kept (rule 25).</summary>
    public Task<bool> SetAsideAsync(CancellationToken cancellation) => AskAsync(MembershipProtocol.SetAside.Instance, cancellation);

    public Task<bool> DeleteAsync(NodeName name, CancellationToken cancellation) =>
        AskAsync(new MembershipProtocol.DeleteRecord(name), cancellation);

    public Task<bool> SetRoutesAsync(ImmutableArray<JsonElement> routes, ImmutableArray<NodeName> named, CancellationToken cancellation) =>
        AskAsync(new MembershipProtocol.SetRoutes(routes, named), cancellation);

    private async Task<bool> AskAsync(MembershipProtocol.ICommand command, CancellationToken cancellation)
    {
        await View.WaitUntilReadyAsync(Deadline, cancellation).ConfigureAwait(false);
        var actor = View.Actor ?? throw new OperationError(503, "The node is starting; try again in a moment") { RetryAfterSeconds = 1 };
        try
        {
            return await actor.Ask<MembershipProtocol.IEvent>(command, Deadline, cancellation).ConfigureAwait(false) switch
            {
                MembershipProtocol.Written written => written.Changed,
                MembershipProtocol.Failed failed => throw new OperationError(500, $"The node record could not be written: {failed.Reason}"),
                _ => throw new OperationError(500, "Membership gave an answer that nobody knows"),
            };
        }
        catch (AskTimeoutException)
        {
            throw new OperationError(504, "Membership did not answer in time; nothing is known of the change");
        }
    }
}
