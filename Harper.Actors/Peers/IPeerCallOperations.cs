using Harper.Actors.Operations;
using Harper.Core.Wire.Control;

namespace Harper.Actors.Peers;

/// <summary>Operations that arrive before a socket names itself, from a node or from a super_user with credentials.</summary>
public interface IPeerCallOperations
{
    /// <summary>Never throws but for cancellation; a refusal is an answer with an error.</summary>
    Task<ControlFrame.OperationResponse> RunAsync(Caller caller, ControlFrame.OperationRequest request, CancellationToken cancellation);
}
