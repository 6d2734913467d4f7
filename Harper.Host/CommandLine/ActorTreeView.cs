using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Harper.Host.CommandLine;

/// <summary>The tree of actors as text: with lines and colours on a terminal; piped, one indented line per actor, whole, so that it can be searched.</summary>
internal static class ActorTreeView
{
    public static void Draw(JsonElement top, IAnsiConsole console)
    {
        var tree = new Tree(Label(top));
        Add(tree, top);
        console.Write(tree);
    }

    public static void WritePlain(JsonElement actor, TextWriter output, int depth = 0)
    {
        var parts = Parts(actor).Select(part => part.Value.Length == 0 ? part.Name : $"{part.Name} {part.Value}");
        output.WriteLine($"{new string(' ', depth * 2)}{Name(actor)}  {(Answered(actor) ? $"{Text(actor, "state")}  {string.Join("  ", parts)}".TrimEnd() : "did not answer")}");
        foreach (var child in Children(actor)) WritePlain(child, output, depth + 1);
    }

    private static void Add(IHasTreeNodes parent, JsonElement actor)
    {
        foreach (var child in Children(actor)) Add(parent.AddNode(Label(child)), child);
    }

    private static string Label(JsonElement actor)
    {
        var name = $"[bold]{Markup.Escape(Name(actor))}[/]";
        if (!Answered(actor)) return $"{name} [red]did not answer[/]";
        var parts = Parts(actor).Select(part => part.Alarm
            ? $"[yellow]{Markup.Escape(part.Name)} {Markup.Escape(part.Value)}[/]"
            : $"[grey]{Markup.Escape(part.Name)}[/] {Markup.Escape(part.Value)}");
        return string.Join("  ", parts.Prepend($"{name} [blue]{Markup.Escape(Text(actor, "state") ?? "")}[/]"));
    }

    private static IEnumerable<(string Name, string Value, bool Alarm)> Parts(JsonElement actor)
    {
        if (actor.TryGetProperty("figures", out var figures))
            foreach (var figure in figures.EnumerateObject()) yield return (figure.Name, Shown(figure.Value), false);
        foreach (var name in (string[])["restarts", "queued"])
            if (actor.TryGetProperty(name, out var value) && value.TryGetInt64(out var count) && count > 0) yield return (name, Shown(value), true);
    }

    private static IEnumerable<JsonElement> Children(JsonElement actor) =>
        actor.TryGetProperty("children", out var children) ? children.EnumerateArray() : Enumerable.Empty<JsonElement>();

    private static bool Answered(JsonElement actor) => actor.TryGetProperty("answered", out var answered) && answered.GetBoolean();

    private static string Name(JsonElement actor) => Text(actor, "name") ?? Text(actor, "path") ?? "?";

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole.ToString("N0", CultureInfo.InvariantCulture),
        JsonValueKind.Number => value.GetDouble().ToString("0.###", CultureInfo.InvariantCulture),
        JsonValueKind.Null => "-",
        _ => value.ToString(),
    };

    private static string? Text(JsonElement actor, string name) =>
        actor.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
