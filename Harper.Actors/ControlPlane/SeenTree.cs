using System.Collections.Immutable;
using System.Globalization;
using Harper.Actors.Admin;

namespace Harper.Actors.ControlPlane;

/// <summary>Between the tree of the view and the flat form in which it crosses.</summary>
internal static class SeenTree
{
    /// <summary>More are cut off: an answer must fit a frame.</summary>
    private const int MaxActors = 5000;

    public static SeenActor[] Flatten(ActorTree tree)
    {
        var actors = new List<SeenActor>();
        Add(actors, -1, tree);
        return [.. actors];
    }

    /// <summary>The tree again; null when the list is empty or its parents do not make one.</summary>
    public static ActorTree? Rebuild(SeenActor[] actors)
    {
        if (actors.Length == 0 || actors.Length > MaxActors) return null;
        var children = new List<ActorTree>[actors.Length];
        ActorTree? built = null;
        // From the last to the first: every actor stands after its parent.
        for (var i = actors.Length - 1; i >= 0; i--)
        {
            var actor = actors[i];
            children[i]?.Reverse();
            built = new ActorTree(
                actor.Path, actor.Kind, actor.State, [.. actor.Figures.Select(Rebuild)], children[i] is { } below ? [.. below] : [],
                actor.Restarts, actor.Queued, TimeSpan.FromMilliseconds(actor.AgeMs), actor.Answered);
            if (i == 0) return actor.Parent == -1 ? built : null;
            if (actor.Parent < 0 || actor.Parent >= i) return null;
            (children[actor.Parent] ??= []).Add(built);
        }
        return built;
    }

    private static void Add(List<SeenActor> actors, int parent, ActorTree tree)
    {
        if (actors.Count >= MaxActors) return;
        var place = actors.Count;
        actors.Add(new SeenActor(
            parent, tree.Path, tree.Kind, tree.State, [.. tree.Figures.Select(Flatten)], tree.Restarts, tree.Queued, tree.Age.TotalMilliseconds, tree.Answered));
        foreach (var child in tree.Children) Add(actors, place, child);
    }

    private static SeenFigure Flatten(KeyValuePair<string, object?> figure) => figure.Value switch
    {
        null => new SeenFigure(figure.Key, 'n', ""),
        bool flag => new SeenFigure(figure.Key, 'b', flag ? "1" : "0"),
        int or long => new SeenFigure(figure.Key, 'i', Convert.ToString(figure.Value, CultureInfo.InvariantCulture)!),
        double number => new SeenFigure(figure.Key, 'd', number.ToString("R", CultureInfo.InvariantCulture)),
        TimeSpan time => new SeenFigure(figure.Key, 'd', time.TotalMilliseconds.ToString("R", CultureInfo.InvariantCulture)),
        IEnumerable<string> texts => new SeenFigure(figure.Key, 't', string.Join(", ", texts)),
        var other => new SeenFigure(figure.Key, 't', Convert.ToString(other, CultureInfo.InvariantCulture) ?? ""),
    };

    private static KeyValuePair<string, object?> Rebuild(SeenFigure figure) => new(figure.Name, figure.Form switch
    {
        'n' => null,
        'b' => figure.Text == "1",
        'i' when long.TryParse(figure.Text, CultureInfo.InvariantCulture, out var whole) => whole,
        'd' when double.TryParse(figure.Text, CultureInfo.InvariantCulture, out var number) => number,
        _ => figure.Text,
    });
}
