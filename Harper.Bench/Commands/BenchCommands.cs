using System.CommandLine;

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

    public static RootCommand Create()
    {
        var root = new RootCommand("Measures this system and the original side by side. Without a command: run.") { Folder };
        root.Subcommands.Add(Run());
        root.Subcommands.Add(Simple("ceilings", "The limits of this machine, each part of the way alone", CeilingsCommand.Execute));
        root.Subcommands.Add(Loop("commit-loop", "The committer over the store, nothing else", CommitLoop.Execute));
        root.Subcommands.Add(Loop("copy-loop", "A copy and a catch-up without sockets and actors, stage by stage", CopyLoop.Execute));
        root.Subcommands.Add(Micro());
        root.Subcommands.Add(Gate());
        root.Subcommands.Add(Latency());
        root.Subcommands.Add(Growth());
        root.Subcommands.Add(Tls());
        root.SetAction(parse => Guard(() => RunCommand.Execute(new RunOptions([], false, 3, parse.GetValue(Folder)!, false))));
        return root;
    }

    private static Command Run()
    {
        var names = new Argument<string[]>("rows")
        {
            Description = $"Rows to run, all without any: {string.Join(", ", Rows.RowSpec.All.Select(row => row.Name))}, visible, volume, start, ceilings",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var quick = new Option<bool>("--quick") { Description = "Half the records, two rounds: at most 25 minutes for everything" };
        var rounds = new Option<int?>("--rounds") { Description = "How often both systems are measured, in alternation (3, quick 2)" };
        var ours = new Option<bool>("--ours-only") { Description = "Leave the original out" };
        var command = new Command("run", "The main table: both systems in alternation; writes docs/benchmarks.md") { names, quick, rounds, ours };
        command.SetAction(parse => Guard(() => RunCommand.Execute(new RunOptions(
            parse.GetValue(names) ?? [], parse.GetValue(quick), parse.GetValue(rounds) ?? (parse.GetValue(quick) ? 2 : 3), parse.GetValue(Folder)!,
            parse.GetValue(ours)))));
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
        var before = new Argument<string>("before") { Description = "Folder with the harper.dll of one build" };
        var after = new Argument<string>("after") { Description = "Folder with the harper.dll of the other" };
        var rows = new Option<string[]>("--rows") { Description = "Rows to compare; without it dynamic-1000, typed-1000, single-4 and visible", AllowMultipleArgumentsPerToken = true };
        var rounds = new Option<int>("--rounds") { Description = "How often each build is measured", DefaultValueFactory = _ => 5 };
        var command = new Command("gate", "Compares two builds in alternation and says which figures moved more than noise; exit code 1 when one became worse") { before, after, rows, rounds };
        command.SetAction(parse => Guard(() => GateCommand.Execute(
            parse.GetValue(before)!, parse.GetValue(after)!, parse.GetValue(rows) ?? [], parse.GetValue(rounds), parse.GetValue(Folder)!)));
        return command;
    }

    private static Command Latency()
    {
        var quick = new Option<bool>("--quick") { Description = "Five seconds for each load instead of twenty" };
        var command = new Command("latency", "Answers and visibility at 10, 30, 60 and 90 % of the highest load; writes its part of docs/benchmarks.md") { quick };
        command.SetAction(parse => Guard(() => LatencyCommand.Execute(parse.GetValue(quick), parse.GetValue(Folder)!)));
        return command;
    }

    private static Command Growth()
    {
        var curves = new Argument<string[]>("curves") { Description = $"Curves to draw, all without any: {string.Join(", ", GrowthCommand.Curves)}", Arity = ArgumentArity.ZeroOrMore };
        var rows = new Option<long>("--max-rows") { Description = "How far the table grows", DefaultValueFactory = _ => 20_000_000 };
        var command = new Command("growth", "What growing data, records, indexes, backlogs and clusters do to throughput and memory; writes its parts of docs/benchmarks.md") { curves, rows };
        command.SetAction(parse => Guard(() => GrowthCommand.Execute(parse.GetValue(curves) ?? [], parse.GetValue(rows), parse.GetValue(Folder)!)));
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

    private static Command Simple(string name, string description, Func<string, int> run)
    {
        var command = new Command(name, description);
        command.SetAction(parse => Guard(() => run(parse.GetValue(Folder)!)));
        return command;
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
