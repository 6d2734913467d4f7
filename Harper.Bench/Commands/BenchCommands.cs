using System.CommandLine;
using Harper.Bench.Report;
using Harper.Bench.Results;

namespace Harper.Bench.Commands;

/// <summary>The command line of this program.</summary>
internal static class BenchCommands
{
    private static readonly Option<string> Folder = new("--folder")
    {
        Description = "Where nodes keep their data while they are measured: on the disk to be measured",
        DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "harper-bench"),
        Recursive = true,
    };

    private static readonly Option<string?> Docs = new("--docs") { Description = "Where benchmarks.md and the folder of results and plots are written: docs of this checkout", Recursive = true };
    private static readonly Option<string?> Ours = new("--ours") { Description = "A folder with the harper.dll to be measured; without it this checkout is published, compiled ahead of time", Recursive = true };
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on with the last run of this command: what it has measured is not measured again", Recursive = true };

    private static readonly Option<double> Trial = new("--trial")
    {
        Description = "Share of all records, for example 0.01: to see that everything works; the figures mean nothing", DefaultValueFactory = _ => 1, Recursive = true,
    };

    public static RootCommand Create()
    {
        var root = new RootCommand("Measures this system and the original side by side. Without a command: run.") { Folder, Docs, Ours, Resume, Trial };
        root.Subcommands.Add(Run());
        root.Subcommands.Add(Simple("ceilings", "The limits of this machine, each part of the way alone", CeilingsCommand.Execute));
        root.Subcommands.Add(Simple("report", "Makes the page and its plots anew from all results; measures nothing", Remake));
        root.Subcommands.Add(Loop("commit-loop", "The committer over the store, nothing else", CommitLoop.Execute));
        root.Subcommands.Add(Loop("copy-loop", "A copy and a catch-up without sockets and actors, stage by stage", CopyLoop.Execute));
        root.Subcommands.Add(Micro());
        root.Subcommands.Add(Gate());
        root.Subcommands.Add(Latency());
        root.Subcommands.Add(Growth());
        root.Subcommands.Add(Tls());
        root.SetAction(parse => Guard(() => RunCommand.Execute(new RunOptions(Settings(parse), [], false, 3, false))));
        return root;
    }

    private static BenchSettings Settings(ParseResult parse) => new(
        parse.GetValue(Folder)!, parse.GetValue(Docs) is { } docs ? Path.GetFullPath(docs) : Repository.Find().Docs, parse.GetValue(Ours), parse.GetValue(Trial), parse.GetValue(Resume));

    private static Command Run()
    {
        var names = new Argument<string[]>("rows") { Description = $"Rows to run, all without any: {string.Join(", ", Rows.RowNames.All)}", Arity = ArgumentArity.ZeroOrMore };
        var quick = new Option<bool>("--quick") { Description = "Half the records, two rounds: about 20 minutes for everything" };
        var rounds = new Option<int?>("--rounds") { Description = "How often both systems are measured, in alternation (3, quick 2)" };
        var ours = new Option<bool>("--ours-only") { Description = "Leave the original out" };
        var restarts = new Option<int?>("--restarts") { Description = "Restarts of each system; without it 100 of this one and 12 of the original" };
        var command = new Command("run", "The main table: both systems in alternation; writes docs/benchmarks.md after every row") { names, quick, rounds, ours, restarts };
        command.SetAction(parse => Guard(() => RunCommand.Execute(new RunOptions(
            Settings(parse), parse.GetValue(names) ?? [], parse.GetValue(quick), parse.GetValue(rounds) ?? (parse.GetValue(quick) ? 2 : 3),
            parse.GetValue(ours), parse.GetValue(restarts)))));
        return command;
    }

    private static Command Micro()
    {
        var quick = new Option<bool>("--quick") { Description = "A short run: a minute instead of several" };
        var command = new Command("micro", "BenchmarkDotNet over codecs, keys, conflict resolution and the commit path") { quick };
        command.SetAction(parse => Guard(() => MicroCommand.Execute(parse.GetValue(quick))));
        return command;
    }

    private static Command Gate()
    {
        var before = new Argument<string>("before") { Description = "Folder with the harper.dll of one build, or a revision of this repository" };
        var after = new Argument<string>("after") { Description = "The same of the other" };
        var rows = new Option<string[]>("--rows") { Description = "Rows to compare; without it dynamic-1000, typed-1000, single-4 and visible", AllowMultipleArgumentsPerToken = true };
        var rounds = new Option<int>("--rounds") { Description = "How often each build is measured", DefaultValueFactory = _ => 5 };
        var command = new Command("gate", "Compares two builds in alternation and says which figures moved more than noise; exit code 1 when one became worse") { before, after, rows, rounds };
        command.SetAction(parse => Guard(() => GateCommand.Execute(
            Settings(parse), parse.GetValue(before)!, parse.GetValue(after)!, parse.GetValue(rows) ?? [], parse.GetValue(rounds))));
        return command;
    }

    private static Command Latency()
    {
        var seconds = new Option<int>("--seconds") { Description = "How long each load lasts", DefaultValueFactory = _ => 20 };
        var command = new Command("latency", "Answers and visibility at 10, 30, 60 and 90 % of the highest load") { seconds };
        command.SetAction(parse => Guard(() => LatencyCommand.Execute(Settings(parse), Math.Max(1, parse.GetValue(seconds)))));
        return command;
    }

    private static Command Growth()
    {
        var names = Bench.Growth.GrowthCurve.All.Select(curve => curve.Name);
        var curves = new Argument<string[]>("curves") { Description = $"Curves to draw, all without any: {string.Join(", ", names)}", Arity = ArgumentArity.ZeroOrMore };
        var rows = new Option<long>("--max-rows") { Description = "How far the table grows", DefaultValueFactory = _ => 20_000_000 };
        var command = new Command("growth", "What growing data, records, indexes, backlogs and clusters do to throughput and memory") { curves, rows };
        command.SetAction(parse => Guard(() => GrowthCommand.Execute(Settings(parse), parse.GetValue(curves) ?? [], parse.GetValue(rows))));
        return command;
    }

    private static Command Tls()
    {
        var names = new Argument<string[]>("rows") { Description = "Rows to run; without any dynamic-1000, typed-1000, single-4", Arity = ArgumentArity.ZeroOrMore };
        var rounds = new Option<int>("--rounds") { Description = "How often each kind of socket is measured", DefaultValueFactory = _ => 3 };
        var built = new Option<bool>("--build-output") { Description = "Measure the build beside this program instead of publishing first" };
        var command = new Command("tls", "Rows over plain and over secure sockets between the nodes, in alternation") { names, rounds, built };
        command.SetAction(parse => Guard(() => TlsCommand.Execute(parse.GetValue(names) ?? [], parse.GetValue(rounds), parse.GetValue(built), parse.GetValue(Folder)!)));
        return command;
    }

    private static Command Loop(string name, string description, Func<int, string, int> run)
    {
        var groups = new Argument<int>("groups") { DefaultValueFactory = _ => 100, Description = "Commit groups of a thousand records" };
        var command = new Command(name, description) { groups };
        command.SetAction(parse => Guard(() => run(parse.GetValue(groups), parse.GetValue(Folder)!)));
        return command;
    }

    private static Command Simple(string name, string description, Func<BenchSettings, int> run)
    {
        var command = new Command(name, description);
        command.SetAction(parse => Guard(() => run(Settings(parse))));
        return command;
    }

    private static int Remake(BenchSettings settings)
    {
        var log = ResultLog.Open(Path.Combine(settings.Docs, "benchmarks"));
        if (log.All.Count == 0) throw new BenchFailure($"there are no results in {settings.Docs}/benchmarks/results.jsonl: measure something first");
        BenchmarkReport.Write(settings.Docs, log.All);
        Console.WriteLine($"written: {settings.Docs}/benchmarks.md, from {log.All.Count} results");
        return 0;
    }

    private static int Guard(Func<int> run)
    {
        try
        {
            return run();
        }
        catch (BenchFailure failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
    }
}
