using System.Text.Json;
using Harper.Core.Identity;
using Harper.Core.Operations;

namespace Harper.Actors.Operations;

/// <summary>Sends an operation to every other node over their sockets and gathers what they answer (<c>replicated: true</c>).</summary>
public interface IOperationForwarding
{
    /// <summary>One result per known peer; a peer that cannot be reached in time has an error in it. Never throws for a peer's failure.</summary>
    Task<IReadOnlyList<ForwardedResult>> ForwardAsync(OperationFields fields, string? user, CancellationToken cancellation);
}

/// <param name="Answer">The peer's answer as an object, request id included; or <c>{"status":"failed","reason":...}</c>.</param>
public sealed record ForwardedResult(NodeName Node, JsonElement Answer);
