using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace Harper.Tests.Support;

/// <summary>
/// The only way in which specs wait: for a condition, with a deadline. The machine may be busy, so deadlines are generous (they cost nothing when all is well) and
/// looks are frequent. Who waits in vain is told what for, and where every node of the spec stood last.
/// </summary>
public static class Wait
{
    /// <summary>How long a wait may take where nothing is known that takes longer.</summary>
    public const int Seconds = 60;

    /// <summary>Within how many seconds a certificate that was taken back has lost its sockets (R-REV-09, X33): a promise, and no generous deadline.</summary>
    public const int Revoked = 15;

    private static readonly ConcurrentDictionary<object, (string Class, Func<Task<string>> Say)> Witnesses = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TimeSpan Deadline => TimeSpan.FromSeconds(Seconds);

    public static Task UntilAsync(Func<bool> condition, string what, int seconds = Seconds, Func<string>? seen = null) =>
        UntilAsync(() => Task.FromResult(condition()), what, seconds, seen);

    /// <param name="seen">What was seen last, beside the state of the nodes.</param>
    /// <param name="ask">The same, from whoever must be asked for it.</param>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, int seconds = Seconds, Func<string>? seen = null, Func<Task<string>>? ask = null)
    {
        if (!await TryUntilAsync(condition, seconds)) Assert.Fail($"Not within {seconds} s: {what}\n{seen?.Invoke()}{(ask is null ? "" : await SayAsync(ask))}\n{await SayAsync()}");
    }

    /// <summary>False: not in time.</summary>
    public static async Task<bool> TryUntilAsync(Func<Task<bool>> condition, int seconds = Seconds)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed.TotalSeconds > seconds) return false;
            await Task.Delay(10, Cancellation);
        }

        return true;
    }

    /// <summary>For a stream of the outside world that never comes to its end.</summary>
    public static Task ForeverAsync(CancellationToken cancellation) => Task.Delay(Timeout.Infinite, cancellation);

    /// <summary>Lets time pass, for specs about what must not happen meanwhile; ends early when one of these does.</summary>
    public static Task PassAsync(TimeSpan time, params Task[] unless) => Task.WhenAny([.. unless, Task.Delay(time, Cancellation)]);

    /// <summary>
    /// For specs whose subject is a short time-out: a busy machine may stop everybody for longer than that, which says nothing. So they are given more time, twice, before
    /// they count as failed.
    /// </summary>
    public static async Task AtSomePaceAsync(TimeSpan pace, Func<TimeSpan, Task> attempt)
    {
        for (var slower = 0; slower < 2; slower++, pace *= 4)
        {
            try
            {
                await attempt(pace);
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !Cancellation.IsCancellationRequested)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"With {pace.TotalSeconds} s: {failure.Message}");
            }
        }

        await attempt(pace);
    }

    /// <summary>From now on <paramref name="say"/> is asked when a wait of this class of specs is in vain.</summary>
    public static void Witness(object who, Func<Task<string>> say) => Witnesses[who] = (Class, say);

    public static void Forget(object who) => Witnesses.TryRemove(who, out _);

    private static string Class => TestContext.Current.TestClass?.UniqueID ?? "";

    private static async Task<string> SayAsync()
    {
        var words = new List<string>();
        foreach (var (_, say) in Witnesses.Values.Where(witness => witness.Class == Class)) words.Add(await SayAsync(say));
        return string.Join("\n---\n", words);
    }

    private static async Task<string> SayAsync(Func<Task<string>> say)
    {
        try
        {
            return await say().WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        }
        catch (Exception silent)
        {
            // The condition is what failed; who cannot even say where it stands is part of the picture.
            return $"says nothing: {silent.GetType().Name} {silent.Message}";
        }
    }
}
