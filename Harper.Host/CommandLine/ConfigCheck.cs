using Harper.Host.Configuration;

namespace Harper.Host.CommandLine;

/// <summary><c>harper config check [FILE]</c>: what a configuration means, where each value comes from, and what is wrong with it. Starts nothing.</summary>
internal static class ConfigCheck
{
    public static int Run(string? file, IReadOnlyList<string> flags, TextWriter output)
    {
        if (file is not null && !File.Exists(file))
        {
            output.WriteLine($"There is no file {file}.");
            return 2;
        }
        var report = HarperConfigLoader.OfThisProcess(flags).Load(file);
        var shown = report.Entries.Where(entry => entry.Node is not null && !entry.Path.Contains('*')).ToList();
        var width = shown.Max(entry => entry.Path.Length);
        foreach (var entry in shown) output.WriteLine($"{entry.Path.PadRight(width)}  {entry.Shown}  ({entry.Source})");
        output.WriteLine();
        if (report.Config is { } config) Summarize(config, output);
        foreach (var warning in report.Warnings) output.WriteLine("warning: " + warning);
        foreach (var error in report.Errors) output.WriteLine("error: " + error);
        output.WriteLine(report.Errors.IsEmpty
            ? "A node with this configuration would start."
            : $"A node with this configuration would not start: {report.Errors.Length} error{(report.Errors.Length == 1 ? "" : "s")}.");
        return report.Errors.IsEmpty ? 0 : 1;
    }

    private static void Summarize(HarperConfig config, TextWriter output)
    {
        output.WriteLine($"file           {config.FilePath}{(File.Exists(config.FilePath) ? "" : " (does not exist yet)")}");
        output.WriteLine($"root           {config.RootPath}");
        output.WriteLine($"node name      {config.NodeName}");
        output.WriteLine($"operations     {config.OperationsApi.Port?.ToString() ?? "no listener"}");
        output.WriteLine($"REST           {config.Http.Port?.ToString() ?? "no listener"}");
        output.WriteLine($"replication    {(config.Replication.Port is null ? "no listener" : $"{config.Replication.Port}, known to others as {config.Replication.Url}")}");
        output.WriteLine($"routes         {config.Replication.Routes.Length}");
        output.WriteLine();
    }
}
