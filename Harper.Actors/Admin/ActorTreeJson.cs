using System.Text.Json;

namespace Harper.Actors.Admin;

/// <summary>The view as JSON; docs/admin.md describes the shapes.</summary>
public static class ActorTreeJson
{
    public static void Write(Utf8JsonWriter json, ActorTree tree)
    {
        json.WriteStartObject();
        json.WriteString("path", tree.Path);
        json.WriteString("name", tree.Path[(tree.Path.LastIndexOf('/') + 1)..]);
        json.WriteBoolean("answered", tree.Answered);
        if (tree.Answered) WriteAnswer(json, tree);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, AdminEvent happened)
    {
        json.WriteStartObject();
        json.WriteString("at", happened.At.ToString("O"));
        json.WriteString("kind", happened.Kind);
        json.WriteString("path", happened.Path);
        json.WriteString("text", happened.Text);
        json.WriteEndObject();
    }

    private static void WriteAnswer(Utf8JsonWriter json, ActorTree tree)
    {
        json.WriteString("kind", tree.Kind);
        json.WriteString("state", tree.State);
        json.WriteNumber("restarts", tree.Restarts);
        json.WriteNumber("queued", tree.Queued);
        json.WriteNumber("ageSeconds", Math.Round(tree.Age.TotalSeconds, 1));
        json.WriteStartObject("figures");
        foreach (var (name, value) in tree.Figures) WriteFigure(json, name, value);
        json.WriteEndObject();
        json.WriteStartArray("children");
        foreach (var child in tree.Children) Write(json, child);
        json.WriteEndArray();
    }

    private static void WriteFigure(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null: json.WriteNull(name); break;
            case bool flag: json.WriteBoolean(name, flag); break;
            case int number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
            case TimeSpan time: json.WriteNumber(name, Math.Round(time.TotalMilliseconds, 3)); break;
            case IEnumerable<string> texts: WriteTexts(json, name, texts); break;
            default: json.WriteString(name, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)); break;
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
