using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Harper.Bench.Systems;

/// <summary>Every node process of this program, so that none outlives it: neither an interrupt nor a row that takes too long leaves a node behind.</summary>
internal static class RunningNodes
{
    private static readonly ConcurrentDictionary<int, Process> Running = new();
    private static readonly PosixSignalRegistration[] Signals =
        [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, _ => KillAll()))];

    public static void Add(Process process)
    {
        GC.KeepAlive(Signals);
        Running[process.Id] = process;
    }

    public static void Remove(Process process) => Running.TryRemove(process.Id, out _);

    public static void KillAll()
    {
        foreach (var (id, process) in Running)
        {
            try
            {
                process.Kill(entireProcessTree: true);
            }
            catch (Exception gone) when (gone is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It ended by itself meanwhile.
            }

            Running.TryRemove(id, out _);
        }
    }
}
