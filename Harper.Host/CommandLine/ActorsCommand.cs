using Spectre.Console;

namespace Harper.Host.CommandLine;

/// <summary><c>harper actors</c>: the tree of actors of a node, or of another one that it knows, each with its state and figures.</summary>
internal static class ActorsCommand
{
    /// <param name="node">The name of another node to look into, by way of the one that is asked; null: that one.</param>
    public static Task<int> RunAsync(string? target, string? node, TextWriter errors, CancellationToken cancellation) =>
        CommandFailure.GuardAsync(
            async () =>
            {
                using var client = NodeClient.Connect(target);
                var path = node is null ? "/admin/actors" : $"/admin/actors?node={Uri.EscapeDataString(node)}";
                var top = await client.GetAsync(path, cancellation).ConfigureAwait(false);
                if (Console.IsOutputRedirected) ActorTreeView.WritePlain(top, Console.Out);
                else ActorTreeView.Draw(top, AnsiConsole.Console);
                return 0;
            },
            errors);
}
