using System.Diagnostics;
using System.Globalization;
using Harper.Host.Configuration;

namespace Harper.Host.CommandLine;

/// <summary><c>harper stop</c>: asks the node of the root folder to stop, and waits until it has.</summary>
internal static class StopCommand
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    public static Task<int> RunAsync(TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        CommandFailure.GuardAsync(
            async () =>
            {
                var root = HarperConfigLoader.OfThisProcess([]).Load().Config?.RootPath ?? throw new CommandFailure("the configuration cannot be read; see harper config check");
                using var node = Find(Path.Combine(root, "hdb.pid")) ?? throw new CommandFailure($"no node runs on {root}");
                using (var terminate = Process.Start("kill", ["-TERM", node.Id.ToString(CultureInfo.InvariantCulture)]))
                    await terminate.WaitForExitAsync(cancellation).ConfigureAwait(false);
                var watch = Stopwatch.StartNew();
                while (!node.HasExited)
                {
                    if (watch.Elapsed > Deadline) throw new CommandFailure($"process {node.Id} does not stop; its log says what it is doing");
                    await Task.Delay(50, cancellation).ConfigureAwait(false);
                }
                await output.WriteLineAsync($"The node on {root} has stopped.").ConfigureAwait(false);
                return 0;
            },
            errors);

    /// <summary>The process, if it still is a node: ids are used again.</summary>
    private static Process? Find(string pidFile)
    {
        try
        {
            if (!File.Exists(pidFile) || !int.TryParse(File.ReadAllText(pidFile).Trim(), out var id)) return null;
            var process = Process.GetProcessById(id);
            return File.ReadAllText($"/proc/{id}/cmdline").Contains("harper", StringComparison.OrdinalIgnoreCase) ? process : null;
        }
        catch (Exception failure) when (failure is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
