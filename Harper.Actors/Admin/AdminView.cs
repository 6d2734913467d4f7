using System.Runtime.CompilerServices;
using Akka.Actor;
using Harper.Actors.ControlPlane;
using Harper.Actors.Node;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Actors.Admin;

/// <summary>The view that the host's endpoints hold: questions to AdminActor, each with a deadline.</summary>
internal sealed class AdminView(ActorSelection admin, AdminSettings settings, IRemoteView? others) : IAdminView
{
    /// <summary>For the question's own way, beyond the deadline of those who are asked.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    public async Task<ActorTree> TreeAsync(TimeSpan deadline, CancellationToken cancellation) =>
        await FindAsync(NodePaths.Node, deadline, cancellation).ConfigureAwait(false)
        ?? throw new OperationError(503, "The node did not answer in time.");

    public async Task<ActorTree?> FindAsync(string path, TimeSpan deadline, CancellationToken cancellation)
    {
        // Names may come as they are or escaped, as the tree shows them.
        var elements = path.Trim('/').Split('/').Select(element => NodePaths.Escape(NodePaths.Unescape(element))).ToList();
        if (elements.Any(element => element is "" or "." or "..")) return null;
        var seen = await AskAsync<AdminProtocol.TreeSeen>(new AdminProtocol.See(string.Join('/', elements), deadline), deadline + Margin, cancellation).ConfigureAwait(false);
        return seen.Tree;
    }

    public Task<ActorTree?> FindOnAsync(NodeName node, string path, TimeSpan deadline, CancellationToken cancellation) =>
        others?.FindAsync(node, path, deadline, cancellation)
        ?? throw new OperationError(503, "This node has no control plane: it has no replication port, or harper.control.enabled is off.");

    public async IAsyncEnumerable<AdminEvent> EventsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = new EventReader(settings.EventBuffer);
        var listening = await AskAsync<AdminProtocol.Listening>(new AdminProtocol.Listen(reader), Margin, cancellation).ConfigureAwait(false);
        if (!listening.Accepted) throw new OperationError(503, $"{settings.MaxReaders} readers of events are connected already.");
        try
        {
            await foreach (var happened in reader.ReadAsync(cancellation).ConfigureAwait(false)) yield return happened;
        }
        finally
        {
            admin.Tell(new AdminProtocol.Unlisten(reader));
        }
    }

    private async Task<T> AskAsync<T>(object question, TimeSpan deadline, CancellationToken cancellation)
    {
        try
        {
            return await admin.Ask<T>(question, deadline, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            throw new OperationError(503, "The view into the actors did not answer in time; it may be restarting.");
        }
    }
}
