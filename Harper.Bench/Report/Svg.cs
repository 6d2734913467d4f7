using System.Globalization;
using System.Text;

namespace Harper.Bench.Report;

/// <summary>Plots that need no viewer beyond a browser: pairs of bars, and lines over a logarithmic or plain axis.</summary>
internal static class Svg
{
    private static readonly string[] Colours = ["#3b8fd0", "#d9674f", "#4f9d5b", "#9a6fc4", "#b08a35"];

    /// <summary>Dark letters on light paper, and the other way round where the reader's page is dark.</summary>
    private const string Style = ".paper{fill:#fff}text{fill:#222}@media(prefers-color-scheme:dark){.paper{fill:#16191d}text{fill:#d8dce0}}";

    /// <summary>One group of bars per label, one bar per series.</summary>
    public static string Bars(string title, IReadOnlyList<string> series, IReadOnlyList<(string Label, double?[] Values)> groups, string unit, bool logarithmic = false)
    {
        const int Left = 380, Width = 430, Bar = 14;
        var svg = new StringBuilder();
        var y = 40;
        var drawn = groups.SelectMany(group => group.Values).OfType<double>().Where(value => value > 0).ToList();
        var (least, longest) = (drawn.Count > 0 ? drawn.Min() / 3 : 1, drawn.Count > 0 ? drawn.Max() : 1);
        double Long(double value) => Math.Max(1, (logarithmic ? value <= least ? 0 : Math.Log(value / least) / Math.Log(longest / least) : value / longest) * Width);
        foreach (var (label, values) in groups)
        {
            if (values.All(value => value is null)) continue;
            Text(svg, Left - 8, y + Bar, label, "end");
            for (var i = 0; i < values.Length; i++)
            {
                if (values[i] is not { } value) continue;
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{y}\" width=\"{Long(value):0}\" height=\"{Bar - 2}\" fill=\"{Colours[i % Colours.Length]}\"/>");
                Text(svg, Left + Long(value) + 5, y + Bar - 4, Number(value), "start");
                y += Bar;
            }

            y += 10;
        }

        return Frame(title + ", " + unit, series, svg, Left + Width + 90, y + 10);
    }

    /// <summary>Lines through points.</summary>
    public static string Lines(string title, string xUnit, string yUnit, IReadOnlyList<(string Name, (double X, double Y)[] Points)> series, bool logarithmic)
    {
        const int Left = 80, Top = 40, Width = 560, Height = 300;
        var points = series.SelectMany(line => line.Points).ToList();
        if (points.Count == 0) return Frame(title, [], new StringBuilder(), Left + Width, Top + Height);
        double X(double x) => logarithmic ? Math.Log10(Math.Max(x, 1e-9)) : x;
        var (low, high, top) = (points.Min(point => X(point.X)), points.Max(point => X(point.X)), Math.Max(points.Max(point => point.Y), 1e-9) * 1.1);
        double Across(double x) => Left + (high > low ? (X(x) - low) / (high - low) : 0.5) * Width;
        double Down(double y) => Top + Height - y / top * Height;
        var svg = new StringBuilder($"<path d=\"M{Left},{Top} V{Top + Height} H{Left + Width}\" fill=\"none\" stroke=\"#888\"/>");
        for (var i = 0; i <= 4; i++) Text(svg, Left - 6, Down(top / 4 * i) + 4, Number(top / 4 * i), "end");
        foreach (var x in points.Select(point => point.X).Distinct()) Text(svg, Across(x), Top + Height + 16, Number(x), "middle");
        Text(svg, Left + Width / 2, Top + Height + 34, xUnit, "middle");
        for (var i = 0; i < series.Count; i++)
        {
            var path = string.Join(' ', series[i].Points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{Across(point.X):0.0},{Down(point.Y):0.0}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{path}\" fill=\"none\" stroke=\"{Colours[i % Colours.Length]}\" stroke-width=\"2\"/>");
            foreach (var (x, y) in series[i].Points)
                svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Across(x):0.0}\" cy=\"{Down(y):0.0}\" r=\"3\" fill=\"{Colours[i % Colours.Length]}\"/>");
        }

        return Frame(title + ", " + yUnit, series.Select(line => line.Name).ToList(), svg, Left + Width + 40, Top + Height + 50);
    }

    private static string Frame(string title, IReadOnlyList<string> series, StringBuilder inside, int width, int height)
    {
        var svg = new StringBuilder().Append(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height + 20 * series.Count}\" font-family=\"sans-serif\" font-size=\"12\"><style>{Style}</style><rect class=\"paper\" width=\"100%\" height=\"100%\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"10\" y=\"20\" font-size=\"14\" font-weight=\"bold\">{Escape(title)}</text>").Append(inside);
        for (var i = 0; i < series.Count; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"10\" y=\"{height + 20 * i}\" width=\"12\" height=\"12\" fill=\"{Colours[i % Colours.Length]}\"/>");
            Text(svg, 28, height + 20 * i + 11, series[i], "start");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Text(StringBuilder svg, double x, double y, string text, string anchor) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0}\" y=\"{y:0}\" text-anchor=\"{anchor}\">{Escape(text)}</text>");

    private static string Number(double value) => value switch
    {
        >= 10_000_000 => (value / 1e6).ToString("0", CultureInfo.InvariantCulture) + " M",
        >= 1_000_000 => (value / 1e6).ToString("0.#", CultureInfo.InvariantCulture) + " M",
        >= 10_000 => (value / 1e3).ToString("0", CultureInfo.InvariantCulture) + " k",
        >= 100 => value.ToString("n0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.##", CultureInfo.InvariantCulture),
    };

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
