namespace Harper.Core.Operations;

/// <summary>An operation that was refused or failed in a way its caller is told about. Thrown by parsers and handlers, answered by the carrier.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="message">What is wrong and, where it is not obvious, what to do.</param>
public sealed class OperationError(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    public static OperationError Bad(string message) => new(400, message);

    public static OperationError NotFound(string message) => new(404, message);
}
