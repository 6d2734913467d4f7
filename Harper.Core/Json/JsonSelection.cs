using System.Text.Encodings.Web;
using System.Text.Json;
using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>Attributes to be written, in their order; prepared once per request and used by one thread at a time.</summary>
public sealed class JsonSelection(IReadOnlyList<string> names, bool absentAsNull)
{
    private readonly JsonEncodedText[] _jsonNames =
        [.. names.Select(name => JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping))];
    private readonly int[] _places = new int[names.Count];
    private Shape? _shape;

    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>True: attributes that a record lacks are written as null. False: they are left out.</summary>
    public bool AbsentAsNull { get; } = absentAsNull;

    internal JsonEncodedText[] JsonNames => _jsonNames;

    /// <summary>Where the selected attributes stand in records of the shape; -1 where they do not.</summary>
    internal int[] PlacesIn(Shape shape)
    {
        if (ReferenceEquals(shape, _shape)) return _places;
        for (var i = 0; i < Names.Count; i++) _places[i] = shape.IndexOf(Names[i]);
        _shape = shape;
        return _places;
    }
}
