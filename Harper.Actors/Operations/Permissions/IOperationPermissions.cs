using Harper.Core.Operations;

namespace Harper.Actors.Operations.Permissions;

/// <summary>Decides as whom a call runs and whether it may.</summary>
public interface IOperationPermissions
{
    /// <summary>Null when the call may go on.</summary>
    OperationError? Check(OperationEntry entry, OperationCall call);

    /// <summary>Whom a call acts for: its caller, unless it asks to act for somebody with fewer rights (R-USR-09).</summary>
    /// <exception cref="OperationError">403: not a super_user. 404: nobody of that name. 400: it cannot be understood.</exception>
    Caller Resolve(Caller caller, OperationFields fields);
}
