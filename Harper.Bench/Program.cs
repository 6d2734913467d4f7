using Harper.Bench.Commands;

return BenchCommands.Create().Parse(args).Invoke();
