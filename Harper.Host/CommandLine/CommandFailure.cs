namespace Harper.Host.CommandLine;

/// <summary>A command cannot do what it was asked; the message is for the terminal.</summary>
internal sealed class CommandFailure(string message) : Exception(message)
{
    /// <summary>Runs a command; a failure is one line and the exit code 1.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> command, TextWriter errors, string? hint = null)
    {
        try
        {
            return await command().ConfigureAwait(false);
        }
        catch (CommandFailure failure)
        {
            await errors.WriteLineAsync("harper: " + failure.Message + hint).ConfigureAwait(false);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }
}
