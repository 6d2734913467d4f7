using System.Runtime.InteropServices;

namespace Harper.Host.Composition;

/// <summary>
/// Gives memory back when work has ended. The runtime collects when something is allocated: a node that has fallen quiet would keep the garbage of its last load for days, and the C
/// library keeps what the store has freed. One full collection per quiet time, never while there is work.
/// </summary>
internal sealed partial class QuietTrim : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();

    private QuietTrim() => _ = RunAsync();

    public static QuietTrim Start() => new();

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var plan = new QuietTrimPlan(0, 0);
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                (plan, var trim) = plan.Next(GC.GetTotalAllocatedBytes());
                if (!trim) continue;
                GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                TrimNative();
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private static void TrimNative()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = MallocTrim(0);
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library, which has no such call.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocTrim(nuint pad);
}

/// <summary>When memory is given back: something was allocated since the last time, and nearly nothing since a moment ago.</summary>
/// <param name="TrimmedAt">Bytes that had been allocated in all when it was done last.</param>
/// <param name="Seen">The same when it was looked at last.</param>
internal readonly record struct QuietTrimPlan(long TrimmedAt, long Seen)
{
    private const long WorthIt = 32 << 20;
    /// <summary>Starting makes more garbage than a quiet node in an hour.</summary>
    private const long WorthItAtFirst = 4 << 20;

    private const long Quiet = 2 << 20;

    public (QuietTrimPlan Plan, bool Trim) Next(long allocated)
    {
        var trim = allocated - Seen < Quiet && allocated - TrimmedAt > (TrimmedAt == 0 ? WorthItAtFirst : WorthIt);
        return (new QuietTrimPlan(trim ? allocated : TrimmedAt, allocated), trim);
    }
}
