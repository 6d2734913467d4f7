using System.Diagnostics;
using System.Text.Json;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Search;

/// <summary>
/// Keeps one long read from holding a thread, memory or a snapshot for too long: it yields its thread every few milliseconds, flushes what is written, and
/// ends the read at its deadline or when the client has gone.
/// </summary>
internal sealed class ReadSlices(Utf8JsonWriter json, OperationSettings settings, CancellationToken cancellation)
{
    private const int FlushBytes = 64 * 1024;
    private const int LookEvery = 32;

    private readonly long _until = Stopwatch.GetTimestamp() + (long)(settings.ReadDeadline.TotalSeconds * Stopwatch.Frequency);
    private readonly long _slice = (long)(settings.ReadSlice.TotalSeconds * Stopwatch.Frequency);
    private long _yieldAt = Stopwatch.GetTimestamp() + (long)(settings.ReadSlice.TotalSeconds * Stopwatch.Frequency);
    private int _steps;

    /// <summary>Called once per record looked at. Nearly always done at once.</summary>
    public ValueTask StepAsync()
    {
        if (json.BytesPending >= FlushBytes) return PauseAsync();
        return ++_steps % LookEvery == 0 && Stopwatch.GetTimestamp() >= _yieldAt ? PauseAsync() : ValueTask.CompletedTask;
    }

    private async ValueTask PauseAsync()
    {
        cancellation.ThrowIfCancellationRequested();
        if (Stopwatch.GetTimestamp() >= _until)
            throw new OperationError(504, $"The search took longer than {settings.ReadDeadline.TotalSeconds:0} s: search for less, or page with limit and offset");
        if (json.BytesPending >= FlushBytes) await json.FlushAsync(cancellation).ConfigureAwait(false);
        else await Task.Yield();
        _yieldAt = Stopwatch.GetTimestamp() + _slice;
    }
}
