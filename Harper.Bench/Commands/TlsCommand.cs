using System.Globalization;
using Harper.Bench.Rows;
using Harper.Bench.Systems;

namespace Harper.Bench.Commands;

/// <summary>What TLS between the nodes costs: the same rows on a plain pair and on a secure one, in alternation. Printed, not published.</summary>
internal static class TlsCommand
{
    private static readonly string[] Standard = ["dynamic-1000", "typed-1000", "single-4"];

    public static int Execute(string[] names, int rounds, bool buildOutput, string folder)
    {
        Directory.CreateDirectory(folder);
        var rows = (names.Length == 0 ? Standard : names).Select(name => Array.Find(RowSpec.All, row => row.Name == name) ?? throw new BenchFailure($"there is no row '{name}'")).ToList();
        var system = buildOutput ? OurBuild.BuildOutput() : OurBuild.Publish(Report.Repository.Find(), Console.WriteLine);
        Console.WriteLine($"{"row",-14} {"sockets",-8} {"replicated/s",12} {"CPU a, µs",10} {"CPU b, µs",10}");
        foreach (var row in rows)
        {
            var figures = new Dictionary<bool, List<(double Rate, double A, double B)>> { [false] = [], [true] = [] };
            for (var round = 0; round < rounds * 2; round++)
            {
                var secure = round % 2 == 1;
                try
                {
                    using var certificates = secure ? new PairCertificates() : null;
                    using var pair = new BenchPair(system, folder, certificates);
                    // The first run pays for compilation.
                    ThroughputRun.Run(pair, row, 0.25);
                    var run = ThroughputRun.Run(pair, row, 1);
                    figures[secure].Add((run.Replicated, run.CpuA, run.CpuB));
                    Print(row, secure ? "wss" : "ws", figures[secure][^1]);
                }
                catch (IOException failure)
                {
                    Console.WriteLine($"{row.Name,-14} {(secure ? "wss" : "ws"),-8} left out: {failure.Message}");
                }
            }
            foreach (var (secure, runs) in figures.Where(kind => kind.Value.Count > 0))
                Print(row, secure ? "wss, med" : "ws, med", (Median(runs.Select(run => run.Rate)), Median(runs.Select(run => run.A)), Median(runs.Select(run => run.B))));
        }
        return 0;
    }

    private static void Print(RowSpec row, string sockets, (double Rate, double A, double B) run) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Name,-14} {sockets,-8} {run.Rate,12:n0} {run.A,10:n1} {run.B,10:n1}"));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
