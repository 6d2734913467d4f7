namespace Harper.Actors.Node;

/// <summary>The node cannot start; the message says why, for an operator.</summary>
public sealed class NodeStartException(string message) : Exception(message);
