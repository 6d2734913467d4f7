using Harper.Actors.Operations.Permissions;
using Harper.Core.Permissions;

namespace Harper.Actors.Operations;

/// <summary>Who may call an operation.</summary>
public enum OperationAccess
{
    /// <summary>Any user whose role allows what the row's <see cref="OperationEntry.Demand"/> says; without one, nobody but super_users.</summary>
    User,
    SuperUser,

    /// <summary>Only a peer that was identified as a node (add_node_back and the like), or a super_user.</summary>
    Node,

    /// <summary>Every user that has logged in (user_info, get_job).</summary>
    Anyone,

    /// <summary>Also who has not logged in: the operation checks credentials of its own (login). Never for nodes.</summary>
    Open,
}

/// <summary>One row of the catalogue of operations: a name, who may call it, its argument record's parser and its handler.</summary>
public sealed record OperationEntry(
    string Name, OperationAccess Access, Func<OperationCall, CancellationToken, ValueTask<OperationAnswer>> Run)
{
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>True: <c>replicated: true</c> forwards the operation to every other node (R-NRP-09, R-MGT).</summary>
    public bool Forwardable { get; init; }

    /// <summary>What a call needs of its caller's role, from the same arguments that the handler will use; it throws what their parser throws.</summary>
    public Func<OperationCall, AccessDemand>? Demand { get; init; }

    /// <summary>The name that the original's messages give it.</summary>
    public string Function { get; } = OriginalFunctions.Of(Name);

    /// <summary>Longest time that a handler may take before the call is cancelled; null: the dispatcher's.</summary>
    public TimeSpan? Deadline { get; init; }

    public static OperationEntry Of<TArguments>(
        string name, OperationAccess access, Func<OperationCall, TArguments> parse,
        Func<TArguments, OperationCall, CancellationToken, ValueTask<OperationAnswer>> handle) =>
        new(name, access, (call, cancellation) => handle(parse(call), call, cancellation));

    /// <summary>An operation on data or schema, which a role may allow.</summary>
    public static OperationEntry OfRole<TArguments>(
        string name, Func<OperationCall, TArguments> parse, Func<TArguments, AccessDemand> demand,
        Func<TArguments, OperationCall, CancellationToken, ValueTask<OperationAnswer>> handle) =>
        Of(name, OperationAccess.User, parse, handle) with { Demand = call => demand(parse(call)) };
}

/// <summary>Operations that belong together and share what they need: one class per family, one row per operation.</summary>
public interface IOperationFamily
{
    IEnumerable<OperationEntry> Entries { get; }
}
