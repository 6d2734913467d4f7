using System.Diagnostics;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace Harper.Host.Demo;

/// <summary><c>harper demo</c>: three processes become one database, in under a minute, with every claim checked.</summary>
internal static class DemoCommand
{
    /// <param name="exit">Stop when the checks are done instead of leaving the cluster to play with.</param>
    /// <returns>0 when every check held, 1 otherwise.</returns>
    public static async Task<int> RunAsync(bool exit, CancellationToken cancellation)
    {
        IDemoScreen screen = Console.IsOutputRedirected ? new PlainScreen(Console.Out) : new LiveScreen(AnsiConsole.Console);
        var folder = Directory.CreateTempSubdirectory("harper-demo-").FullName;
        var started = Stopwatch.GetTimestamp();
        await using var cluster = new DemoCluster(folder);
        try
        {
            await new DemoScript(cluster, screen).RunAsync(cancellation);
            screen.Say($"Every check held, {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s after the start.");
            if (exit) return 0;
            Invite(screen, cluster, folder);
            await UntilInterruptedAsync(cancellation);
            return 0;
        }
        catch (Exception failure) when (failure is DemoFailure or HttpRequestException)
        {
            screen.Say($"FAILED: {failure.Message}");
            screen.Say($"The nodes' folders and logs are kept in {folder}");
            return 1;
        }
    }

    private static void Invite(IDemoScreen screen, DemoCluster cluster, string folder)
    {
        var credentials = $"-u {DemoNode.User}:{cluster.One.Password}";
        screen.Step("The cluster is yours until Ctrl-C");
        screen.Say($"  curl -s {credentials} -H 'content-type: application/json' http://{cluster.Two.Address}:9925/ \\");
        screen.Say("    -d '{\"operation\":\"search_by_value\",\"database\":\"demo\",\"table\":\"airport\",\"attribute\":\"municipality\",\"value\":\"Z*\",\"get_attributes\":[\"ident\",\"name\",\"municipality\"]}'");
        screen.Say($"  curl -s {credentials} -H 'content-type: application/json' http://{cluster.Three.Address}:9925/ \\");
        screen.Say("    -d '{\"operation\":\"insert\",\"database\":\"demo\",\"table\":\"airport\",\"records\":[{\"ident\":\"MINE\",\"name\":\"My own airport\"}]}'");
        screen.Say($"  curl -s {credentials} -H 'content-type: application/json' http://{cluster.One.Address}:9925/ \\");
        screen.Say("    -d '{\"operation\":\"search_by_id\",\"database\":\"demo\",\"table\":\"airport\",\"ids\":[\"MINE\"],\"get_attributes\":[\"*\"]}'");
        screen.Say($"  curl -s {credentials} -H 'content-type: application/json' http://{cluster.One.Address}:9925/ -d '{{\"operation\":\"cluster_status\"}}'");
        screen.Say($"  curl -s {credentials} http://{cluster.One.Address}:9925/admin/actors");
        screen.Say($"  Data and logs: {folder}");
    }

    private static async Task UntilInterruptedAsync(CancellationToken cancellation)
    {
        var interrupted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupted.TrySetResult();
        }

        using var terminal = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var service = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await using var cancelled = cancellation.Register(() => interrupted.TrySetResult());
        await interrupted.Task;
    }
}
