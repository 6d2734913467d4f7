using Harper.Core.Identity;
using Harper.Core.Wire.Control;

namespace Harper.Actors.Peers;

/// <summary>Operations that arrive on peer connections (136): they may come on any socket, at any moment.</summary>
public interface IPeerOperations
{
    /// <summary>Runs the operation and gives its answer, an error when it is refused or unknown: never silence, never an exception (W 7).</summary>
    /// <param name="peer">Who asks, as the connection was identified.</param>
    Task<ControlFrame.OperationResponse> RunAsync(NodeName peer, ControlFrame.OperationRequest request, CancellationToken cancellation);
}
