using System.Runtime.CompilerServices;
using Akka.Actor;
using Harper.Actors.Node;
using Harper.Core.Operations;

namespace Harper.Actors.Admin;

/// <summary>The view that the host's endpoints hold: questions to AdminActor, each with a deadline.</summary>
internal sealed class AdminView(ActorSelection admin, AdminSettings settings) : IAdminView
{
    /// <summary>For the question's own way, beyond the deadline of those who are asked.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    public async Task<ActorTree> TreeAsync(TimeSpan deadline, CancellationToken cancellation) =>
        await FindAsync(NodePaths.Node, deadline, cancellation).ConfigureAwait(false)
        ?? throw new OperationError(503, "The node did not answer in time.");

    public async Task<ActorTree?> FindAsync(string path, TimeSpan deadline, CancellationToken cancellation)
    {
        var trimmed = path.Trim('/');
        if (trimmed.Length == 0 || trimmed.Split('/').Any(element => element is "" or "." or ".." || element.Contains('*') || element.Contains('?'))) return null;
        var seen = await AskAsync<AdminProtocol.TreeSeen>(new AdminProtocol.See(trimmed, deadline), deadline + Margin, cancellation).ConfigureAwait(false);
        return seen.Tree;
    }

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
