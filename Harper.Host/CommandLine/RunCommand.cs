using System.Runtime.InteropServices;
using Harper.Host.Composition;
using Harper.Host.Configuration;

namespace Harper.Host.CommandLine;

/// <summary><c>harper</c> or <c>harper run</c>: a node in the foreground, until SIGTERM or SIGINT.</summary>
internal static class RunCommand
{
    private static readonly string[] NotFlagsOfANode = ["--help", "-h", "-?", "--version"];

    public static bool Is(string[] args) =>
        !args.Any(NotFlagsOfANode.Contains) && (args.Length == 0 || args[0] == "run" || args[0].StartsWith("--", StringComparison.Ordinal));

    public static string[] FlagsOf(string[] args) => args is ["run", ..] ? args[1..] : args;

    public static async Task<int> RunAsync(string[] flags, TextWriter output, TextWriter errors)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var starting = new CancellationTokenSource();
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.TrySetResult();
            starting.Cancel();
        }

        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        try
        {
            var host = await HarperHost.StartAsync(HarperConfigLoader.OfThisProcess(flags), output, errors, starting.Token).ConfigureAwait(false);
            await using (host.ConfigureAwait(false))
            {
                var ended = await Task.WhenAny(stop.Task, host.Lost).ConfigureAwait(false);
                if (ended == stop.Task) return 0;
                await errors.WriteLineAsync($"harper: the node cannot go on: {await host.Lost.ConfigureAwait(false)}").ConfigureAwait(false);
                return HostStartException.StoreFailed;
            }
        }
        catch (HostStartException failure)
        {
            await errors.WriteLineAsync("harper: " + failure.Message).ConfigureAwait(false);
            return failure.ExitCode;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A fault of ours: whoever reports it needs all of it.
            await errors.WriteLineAsync($"harper: the node cannot start: {failure}").ConfigureAwait(false);
            return HostStartException.Fault;
        }
        catch (OperationCanceledException) when (stop.Task.IsCompleted)
        {
            return 0;
        }
    }
}
