using System.Diagnostics;

namespace Harper.Tests.Support;

/// <summary>The command line, run as an operator runs it beside a node.</summary>
internal static class HarperCommand
{
    /// <summary>Runs <c>harper</c> with arguments for the node of a root folder, to its end.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(string root, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Harper.Host.HostStartException).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["ROOTPATH"] = root },
        };
        using var command = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var error = command.StandardError.ReadToEndAsync(deadline.Token);
        var output = await command.StandardOutput.ReadToEndAsync(deadline.Token);
        await command.WaitForExitAsync(deadline.Token);
        return (command.ExitCode, output, await error);
    }
}
