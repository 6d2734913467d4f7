using Harper.Host.CommandLine;

// A node is started without the parser of command lines: it is not needed for that, and starting fast is.
return RunCommand.Is(args)
    ? await RunCommand.RunAsync(RunCommand.FlagsOf(args), Console.Out, Console.Error)
    : await HarperCommands.RunAsync(args);
