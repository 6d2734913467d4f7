namespace Harper.Host;

/// <summary>The node cannot start for a reason its operator can mend: printed as one line, and the process ends with the code.</summary>
internal sealed class HostStartException(string message, int exitCode) : Exception(message)
{
    public const int BadConfiguration = 78;
    public const int CannotListen = 71;
    public const int NoPermission = 77;
    public const int AlreadyRunning = 75;
    public const int NoAdministrator = 64;
    public const int StoreFailed = 74;

    /// <summary>Nothing an operator did.</summary>
    public const int Fault = 70;

    public int ExitCode { get; } = exitCode;
}
