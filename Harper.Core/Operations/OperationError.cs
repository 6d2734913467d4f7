using System.Collections.Immutable;

namespace Harper.Core.Operations;

/// <summary>An operation that was refused or failed in a way its caller is told about. Thrown by parsers and handlers, answered by the carrier.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="message">What is wrong and, where it is not obvious, what to do.</param>
public sealed class OperationError(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Seconds after which the same call may succeed; sent as Retry-After.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Texts of a permission failure; the body then has the permission form (operations API 14) instead of a bare error.</summary>
    public ImmutableArray<string> Unauthorized { get; init; } = [];

    public static OperationError Bad(string message) => new(400, message);

    public static OperationError NotFound(string message) => new(404, message);

    /// <summary>The permission failure body of the original, with one text saying what was not allowed.</summary>
    public static OperationError Forbidden(string what) =>
        new(403, "This operation is not authorized due to role restrictions and/or invalid database items") { Unauthorized = [what] };
}
