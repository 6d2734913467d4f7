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
