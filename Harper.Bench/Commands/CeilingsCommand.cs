using Harper.Bench.Ceilings;
using Harper.Bench.Results;

namespace Harper.Bench.Commands;

/// <summary>The limits of this machine, each part of the way alone.</summary>
internal static class CeilingsCommand
{
    public static int Execute(BenchSettings settings)
    {
        var recorder = Recording.Begin(settings, "ceilings", "all limits", [], [], CeilingRun.All.Length);
        Measure(recorder, settings);
        return Recording.End(recorder, settings);
    }

    public static void Measure(RunRecorder recorder, BenchSettings settings)
    {
        foreach (var ceiling in CeilingRun.All)
            if (recorder.Log.Has(recorder.RunName, Kinds.Ceiling, ceiling.Name, "", 0)) recorder.Skip(ceiling.Title);
            else recorder.Step(ceiling.Title, Kinds.Ceiling, ceiling.Name, null, 0, TimeSpan.FromMinutes(5), () => { }, add =>
            {
                var figure = ceiling.Measure(settings.Folder);
                add(new Result("", "", ceiling.Name, "", 0) { Ceiling = Math.Round(figure) });
                return figure.ToString("n0", System.Globalization.CultureInfo.InvariantCulture);
            });
    }
}
