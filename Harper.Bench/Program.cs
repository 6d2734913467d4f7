using Harper.Bench;

// harper.bench commit-loop [GROUPS]: the committer over the store, nothing else.
if (args is ["commit-loop", ..])
{
    var folder = Path.Combine(Path.GetTempPath(), "harper-bench-" + Guid.NewGuid().ToString("N"));
    try
    {
        CommitLoop.Run(args.Length > 1 && int.TryParse(args[1], out var groups) ? groups : 100, folder);
    }
    finally
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    return 0;
}

Console.WriteLine("usage: Harper.Bench commit-loop [GROUPS]");
return 2;
