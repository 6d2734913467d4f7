using Harper.Actors.Admin;
using Harper.Core.Identity;

namespace Harper.Actors.ControlPlane;

/// <summary>The view into another node of ours.</summary>
public interface IRemoteView
{
    /// <summary>As <see cref="IAdminView.FindAsync"/>, of another node; null when there is no such actor there.</summary>
    /// <exception cref="Harper.Core.Operations.OperationError">The node cannot be asked; the message says why.</exception>
    Task<ActorTree?> FindAsync(NodeName node, string path, TimeSpan deadline, CancellationToken cancellation);
}
