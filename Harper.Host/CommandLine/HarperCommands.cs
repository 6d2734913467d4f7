using System.CommandLine;
using Harper.Host.Configuration;
using Harper.Host.Demo;
using Spectre.Console;

namespace Harper.Host.CommandLine;

/// <summary>What the program <c>harper</c> understands. Whatever is no command of its own is an operation for a running node.</summary>
internal static class HarperCommands
{
    public static Task<int> RunAsync(string[] args)
    {
        string? hint = null;
        var root = Create(() => hint);
        // "harper describe_all", "harper insert table=dog ...": an operation by its name.
        if (args.Length > 0 && !args[0].StartsWith('-') && root.Subcommands.All(command => command.Name != args[0] && !command.Aliases.Contains(args[0])))
        {
            if (NearestName.Find(args[0], root.Subcommands.Select(command => command.Name)) is { } near) hint = $" (If a command was meant: harper {near}.)";
            args = ["operation", .. args];
        }
        // Nobody wraps the lines of a pipe for reading.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 1000;
        return root.Parse(args).InvokeAsync();
    }

    private static RootCommand Create(Func<string?> hint)
    {
        var root = new RootCommand("Harper, a distributed document database. Without a command a node is run in the foreground.")
        {
            Run(), Stop(), Config(), Operation(hint), Actors(), Status(), Verify(), Resync(), Certificates(), RenewCerts(), Version(), Demo(),
        };
        root.SetAction((_, _) => RunCommand.RunAsync([], Console.Out, Console.Error));
        return root;
    }

    private static Command Run()
    {
        var flags = new Argument<string[]>("flags") { Description = "--KEY value: any configuration key, for example --ROOTPATH /data --REPLICATION_PORT 9933" };
        var command = new Command("run", "Run a node in the foreground; it stops on SIGTERM or Ctrl-C.") { flags };
        command.SetAction((parsed, _) => RunCommand.RunAsync(parsed.GetValue(flags) ?? [], Console.Out, Console.Error));
        return command;
    }

    private static Command Stop()
    {
        var command = new Command("stop", "Stop the node that runs on the root folder (ROOTPATH).");
        command.SetAction((_, cancellation) => StopCommand.RunAsync(Console.Out, Console.Error, cancellation));
        return command;
    }

    private static Command Config()
    {
        var file = new Argument<string?>("FILE") { Arity = ArgumentArity.ZeroOrOne, Description = "A configuration file; without one, that of the root folder" };
        var check = new Command("check", "Say what the configuration means: effective values, where each comes from, warnings, errors. Starts nothing.") { file };
        check.TreatUnmatchedTokensAsErrors = false;
        check.SetAction(parsed => ConfigCheck.Run(parsed.GetValue(file), [.. parsed.UnmatchedTokens], Console.Out));
        return new Command("config", "About the configuration.") { check };
    }

    /// <param name="hint">What else the name may have meant, for when the operation fails.</param>
    private static Command Operation(Func<string?> hint)
    {
        var name = new Argument<string>("operation") { Description = "For example describe_all" };
        var values = new Argument<string[]>("key=value") { Arity = ArgumentArity.ZeroOrMore, Description = "Arguments; JSON values are understood. json=true answers JSON instead of YAML" };
        var target = Target();
        var command = new Command("operation", "Run an operation on a node: harper describe_table table=dog") { name, values, target };
        command.SetAction((parsed, cancellation) => OperationCommand.RunAsync(
            parsed.GetRequiredValue(name), parsed.GetValue(values) ?? [], parsed.GetValue(target), hint(), Console.Out, Console.Error, cancellation));
        return command;
    }

    private static Command Actors()
    {
        var target = Target();
        var node = new Option<string>("--node") { Description = "Another node of the cluster to look into, by way of the one that is asked" };
        var command = new Command("actors", "Show the tree of actors of a running node and what each is doing.") { target, node };
        command.SetAction((parsed, cancellation) => ActorsCommand.RunAsync(parsed.GetValue(target), parsed.GetValue(node), Console.Error, cancellation));
        return command;
    }

    private static Command Status()
    {
        var target = Target();
        var watch = new Option<bool>("--watch") { Description = "Refresh every second until Ctrl-C" };
        var command = new Command("status", "Show a node and its connections to the others.") { target, watch };
        command.SetAction((parsed, cancellation) => StatusCommand.RunAsync(parsed.GetValue(target), parsed.GetValue(watch), Console.Error, cancellation));
        return command;
    }

    private static Command Verify()
    {
        var target = Target();
        var command = new Command("verify", "Compare the rows of every table on all nodes of the cluster.") { target };
        command.SetAction((parsed, cancellation) => VerifyCommand.RunAsync(parsed.GetValue(target), Console.Out, Console.Error, cancellation));
        return command;
    }

    private static Command Certificates()
    {
        var list = new Command("list", "What the node has: each certificate, who signed it, when it ends.") { Target() };
        list.SetAction((parsed, cancellation) => CertificatesCommand.ListAsync(parsed.GetValue<string?>("--target"), DateTimeOffset.UtcNow, Console.Out, Console.Error, cancellation));
        var trust = new Command("trust", "The authorities that the node trusts, and why.") { Target() };
        trust.SetAction((parsed, cancellation) => CertificatesCommand.TrustAsync(parsed.GetValue<string?>("--target"), DateTimeOffset.UtcNow, Console.Out, Console.Error, cancellation));
        var renew = new Command("renew", "Make the node's own certificates anew.") { Target() };
        renew.SetAction((parsed, cancellation) => CertificatesCommand.RenewAsync(parsed.GetValue<string?>("--target"), Console.Out, Console.Error, cancellation));
        var command = new Command("certificates", "The certificates of a running node; without more, their list.") { list, trust, renew, Target() };
        command.SetAction((parsed, cancellation) => CertificatesCommand.ListAsync(parsed.GetValue<string?>("--target"), DateTimeOffset.UtcNow, Console.Out, Console.Error, cancellation));
        return command;
    }

    /// <summary>The name that the original has for it.</summary>
    private static Command RenewCerts()
    {
        var command = new Command("renew-certs", "Make the node's own certificates anew (harper certificates renew).") { Target() };
        command.SetAction((parsed, cancellation) => CertificatesCommand.RenewAsync(parsed.GetValue<string?>("--target"), Console.Out, Console.Error, cancellation));
        return command;
    }

    private static Command Resync()
    {
        var target = Target();
        var database = new Argument<string>("database") { Description = "The database to copy" };
        var from = new Option<string?>("--from") { Description = "The name of the node to copy from" };
        var to = new Option<string?>("--to") { Description = "The name of an original to copy to: it cannot ask for a copy itself" };
        var command = new Command("resync", "Copy a database from another node again, or to an original, by merging, and show the progress. Reads and writes go on.") { database, from, to, target };
        command.SetAction((parsed, cancellation) => ResyncCommand.RunAsync(
            parsed.GetValue(target), parsed.GetValue(database)!, parsed.GetValue(from), parsed.GetValue(to), Console.Out, Console.Error, cancellation));
        return command;
    }

    private static Command Version()
    {
        var command = new Command("version", "Print the version.");
        command.SetAction(_ => Console.Out.WriteLine(Host.Version.Text));
        return command;
    }

    private static Command Demo()
    {
        var exit = new Option<bool>("--exit") { Description = "Stop when the checks are done" };
        var command = new Command("demo", "Three nodes on this machine become one database: real data, a crash, conflicts, every claim checked.") { exit };
        command.SetAction((parsed, cancellation) => DemoCommand.RunAsync(parsed.GetValue(exit), cancellation));
        return command;
    }

    private static Option<string?> Target() => new("--target")
    {
        Description = "URL of the node's operations port, for example http://admin:password@127.0.0.2:9925; without it, the node of ROOTPATH through its domain socket",
    };
}
