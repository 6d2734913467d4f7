namespace Harper.Actors.Operations;

/// <summary>Who may call an operation.</summary>
public enum OperationAccess
{
    /// <summary>Any user with the permissions on the data concerned; the permission check decides.</summary>
    User,
    SuperUser,

    /// <summary>Only a peer that was identified as a node (add_node_back and the like), or a super_user.</summary>
    Node,

    /// <summary>Every user that has logged in (user_info, get_job).</summary>
    Anyone,
}

/// <summary>One row of the catalogue of operations: a name, who may call it, its argument record's parser and its handler.</summary>
public sealed record OperationEntry(
    string Name, OperationAccess Access, Func<OperationCall, CancellationToken, ValueTask<OperationAnswer>> Run)
{
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>True: <c>replicated: true</c> forwards the operation to every other node (R-NRP-09, R-MGT).</summary>
    public bool Forwardable { get; init; }

    /// <summary>Longest time that a handler may take before the call is cancelled; null: the dispatcher's.</summary>
    public TimeSpan? Deadline { get; init; }

    public static OperationEntry Of<TArguments>(
        string name, OperationAccess access, Func<OperationCall, TArguments> parse,
        Func<TArguments, OperationCall, CancellationToken, ValueTask<OperationAnswer>> handle) =>
        new(name, access, (call, cancellation) => handle(parse(call), call, cancellation));
}

/// <summary>Operations that belong together and share what they need: one class per family, one row per operation.</summary>
public interface IOperationFamily
{
    IEnumerable<OperationEntry> Entries { get; }
}
