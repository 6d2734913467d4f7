using System.Net;

namespace Harper.Actors.Peers;

/// <summary>
/// When a refusal is worth a line in the log: whoever is refused comes again and again. Each address has a line a minute at most, which counts what was left out since the last; beyond 1,024
/// addresses a minute all others have one together, so that nobody fills a disk from many addresses.
/// </summary>
/// <remarks>Safe for any thread.</remarks>
public sealed class RefusalLog(TimeProvider time)
{
    /// <summary>Addresses that are told apart.</summary>
    public const int MostAddresses = 1024;

    /// <summary>Between two lines about one address.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Told> _told = [];
    private Told _others;

    /// <summary>One more refusal. Null: no line; else how many there were since the last line, besides this one.</summary>
    public int? Count(IPAddress address)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (!_told.ContainsKey(address) && _told.Count >= MostAddresses) Forget(now);
            if (!_told.TryGetValue(address, out var told) && _told.Count >= MostAddresses) return Count(ref _others, now);
            var unsaid = Count(ref told, now);
            _told[address] = told;
            return unsaid;
        }
    }

    /// <summary>The end of a line: what it counts besides.</summary>
    public static string More(int unsaid) => unsaid == 0 ? "" : $" ({unsaid} more since the last line)";

    private int? Count(ref Told told, long now)
    {
        if (told.HasLine && time.GetElapsedTime(told.At, now) < Quiet)
        {
            told = told with { Unsaid = told.Unsaid + 1 };
            return null;
        }
        var unsaid = told.Unsaid;
        told = new Told(true, now, 0);
        return unsaid;
    }

    private void Forget(long now)
    {
        foreach (var (address, told) in _told)
            if (time.GetElapsedTime(told.At, now) >= Quiet) _told.Remove(address);
    }

    private readonly record struct Told(bool HasLine, long At, int Unsaid);
}
