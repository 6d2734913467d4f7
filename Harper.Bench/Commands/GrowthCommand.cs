using Harper.Bench.Growth;
using Harper.Bench.Results;
using Harper.Bench.Systems;

namespace Harper.Bench.Commands;

/// <summary>How this system bears growth: a curve for each thing that can grow.</summary>
internal static class GrowthCommand
{
    public static int Execute(BenchSettings settings, IReadOnlyList<string> names, long mostRows)
    {
        if (names.Except(GrowthCurve.All.Select(curve => curve.Name)).FirstOrDefault() is { } unknown)
            throw new BenchFailure($"there is no curve '{unknown}': {string.Join(", ", GrowthCurve.All.Select(curve => curve.Name))}");
        var ours = settings.Build(Console.WriteLine);
        var curves = GrowthCurve.All.Where(curve => names.Count == 0 || names.Contains(curve.Name)).ToList();
        double[] Sizes(GrowthCurve curve) => curve.Name == "rows" ? [.. curve.Sizes.Where(size => size <= mostRows)] : curve.Sizes;
        var recorder = Recording.Begin(settings, "growth", $"{string.Join(", ", curves.Select(curve => curve.Name))}{settings}", [ours], [], curves.Sum(curve => Sizes(curve).Length));
        foreach (var curve in curves)
        {
            using var holder = new PairHolder(ours, settings.Folder);
            Func<double, GrowthPoint>? measure = null;
            foreach (var size in Sizes(curve))
            {
                recorder.Step($"{curve.Name}: {size:n0} {curve.Unit}", Kinds.Growth, curve.Name, ours, 1, curve.Limit, holder.Break, add =>
                {
                    measure ??= curve.Begin(holder, settings);
                    var point = measure(size);
                    add(new Result("", "", curve.Name, "", 0) { Point = point });
                    return point.ToString();
                });
            }
        }

        return Recording.End(recorder, settings);
    }
}
