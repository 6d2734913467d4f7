using System.Text.Json;
using Harper.Core.Permissions;

namespace Harper.Core.Operations;

/// <summary>An operation that was refused or failed in a way its caller is told about. Thrown by parsers and handlers, answered by the carrier.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="message">What is wrong and, where it is not obvious, what to do.</param>
public sealed class OperationError(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Seconds after which the same call may succeed; sent as Retry-After.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Writes what the body says beside <c>error</c>, such as the two lists of a permission failure (operations API 14).</summary>
    public Action<Utf8JsonWriter>? Details { get; init; }

    public static OperationError Bad(string message) => new(400, message);

    public static OperationError NotFound(string message) => new(404, message);

    /// <summary>The permission failure body of the original, with one text saying what was not allowed.</summary>
    public static OperationError Forbidden(string what) => new AccessRefusal { Texts = [what] }.ToError();
}
