using System.Globalization;
using Harper.Bench.Results;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Commands;

/// <summary>The tail: answers and visibility at 10, 30, 60 and 90 % of the most single inserts that a pair takes.</summary>
internal static class LatencyCommand
{
    private static readonly double[] Shares = [0.1, 0.3, 0.6, 0.9];

    public static int Execute(BenchSettings settings, int seconds)
    {
        var ours = settings.Build(Console.WriteLine);
        var recorder = Recording.Begin(settings, "latency", $"{seconds} s at each load{settings}", [ours], [], Shares.Length + 1);
        var most = 0d;
        using var holder = new PairHolder(ours, settings.Folder);
        recorder.Step("the highest load", Kinds.Latency, "maximum", ours, 1, TimeSpan.FromMinutes(5), holder.Break, _ =>
        {
            most = LoadLatencyRun.Maximum(holder.Pair, settings.Scaled(seconds * 1500, 100));
            return string.Create(CultureInfo.InvariantCulture, $"{most:n0} single inserts per second");
        });
        foreach (var share in most > 0 ? Shares : [])
            recorder.Step($"{share:p0} of it", Kinds.Latency, share.ToString("p0", CultureInfo.InvariantCulture), ours, 1, TimeSpan.FromMinutes(5), holder.Break, add =>
            {
                var (acknowledged, visible) = LoadLatencyRun.At(holder.Pair, most * share, TimeSpan.FromSeconds(Math.Max(1, seconds * settings.Trial)));
                add(new Result("", "", share.ToString("p0", CultureInfo.InvariantCulture), "", 0) { Latency = new LoadLatency(share, most, acknowledged, visible) });
                return $"acknowledged {acknowledged}, visible {visible}";
            });
        return Recording.End(recorder, settings);
    }
}
