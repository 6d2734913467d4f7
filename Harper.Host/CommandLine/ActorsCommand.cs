using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Harper.Host.CommandLine;

/// <summary><c>harper actors</c>: the tree of actors of a node, each with its state and figures.</summary>
internal static class ActorsCommand
{
    public static Task<int> RunAsync(string? target, TextWriter errors, CancellationToken cancellation) =>
        CommandFailure.GuardAsync(
            async () =>
            {
                using var client = NodeClient.Connect(target);
                var top = await client.GetAsync("/admin/actors", cancellation).ConfigureAwait(false);
                var tree = new Tree(Label(top));
                Add(tree, top);
                AnsiConsole.Write(tree);
                return 0;
            },
            errors);

    private static void Add(IHasTreeNodes parent, JsonElement actor)
    {
        if (!actor.TryGetProperty("children", out var children)) return;
        foreach (var child in children.EnumerateArray()) Add(parent.AddNode(Label(child)), child);
    }

    private static string Label(JsonElement actor)
    {
        var name = Markup.Escape(Text(actor, "name") ?? Text(actor, "path") ?? "?");
        if (!actor.TryGetProperty("answered", out var answered) || !answered.GetBoolean()) return $"[bold]{name}[/] [red]did not answer[/]";
        var parts = new List<string> { $"[bold]{name}[/] [blue]{Markup.Escape(Text(actor, "state") ?? "")}[/]" };
        if (actor.TryGetProperty("figures", out var figures))
            foreach (var figure in figures.EnumerateObject()) parts.Add($"[grey]{Markup.Escape(figure.Name)}[/] {Markup.Escape(Shown(figure.Value))}");
        if (Number(actor, "restarts") > 0) parts.Add($"[yellow]restarts {Number(actor, "restarts")}[/]");
        if (Number(actor, "queued") > 0) parts.Add($"[yellow]queued {Number(actor, "queued")}[/]");
        return string.Join("  ", parts);
    }

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole.ToString("N0", CultureInfo.InvariantCulture),
        JsonValueKind.Number => value.GetDouble().ToString("0.###", CultureInfo.InvariantCulture),
        JsonValueKind.Null => "-",
        _ => value.ToString(),
    };

    private static string? Text(JsonElement actor, string name) =>
        actor.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int Number(JsonElement actor, string name) =>
        actor.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : 0;
}
