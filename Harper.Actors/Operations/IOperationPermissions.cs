using Harper.Core.Operations;

namespace Harper.Actors.Operations;

/// <summary>Decides whether a caller may run an operation; roles come in behind this port.</summary>
public interface IOperationPermissions
{
    /// <summary>Null when the call may go on.</summary>
    OperationError? Check(OperationEntry entry, OperationCall call);
}

/// <summary>Until roles are evaluated: super_users do everything, others what is open to everyone.</summary>
public sealed class SuperUserOnly : IOperationPermissions
{
    public OperationError? Check(OperationEntry entry, OperationCall call)
    {
        if (call.Caller.SuperUser) return null;
        return entry.Access switch
        {
            OperationAccess.Anyone => null,
            OperationAccess.Node when call.Caller.Node is not null => null,
            _ => OperationError.Forbidden($"Operation '{CamelCase(entry.Name)}' is restricted to 'super_user' roles"),
        };
    }

    /// <summary>The original names its functions in this text: <c>cluster_status</c> is <c>clusterStatus</c>.</summary>
    private static string CamelCase(string operation) => string.Concat(
        operation.Split('_').Select((word, index) => index == 0 || word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
