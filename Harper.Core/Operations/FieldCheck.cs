namespace Harper.Core.Operations;

/// <summary>
/// Checks the arguments of one operation and gathers what is wrong, so that a caller reads all of it at once. Texts are the original's: labels in single
/// quotes, joined with a full stop.
/// </summary>
public sealed class FieldCheck(OperationFields fields)
{
    private const int MaxNameLength = 250;
    private readonly List<string> _problems = [];

    public OperationFields Fields { get; } = fields;

    public void Problem(string text) => _problems.Add(text);

    /// <summary>A text that must be there.</summary>
    /// <param name="label">The name in messages, where the original says another one than it reads.</param>
    public string Required(string name, string? label = null)
    {
        label ??= name;
        if (!Fields.Has(name)) return Refuse($"'{label}' is required");
        if (Fields.Text(name) is not { } text) return Refuse($"'{label}' must be a string");
        return text.Length == 0 ? Refuse($"'{label}' is not allowed to be empty") : text;
    }

    /// <summary>The name of a database, table or attribute that must be there (R-SCH-09).</summary>
    public string RequiredName(string name)
    {
        if (Fields.Raw(name) is { } raw && raw.Span[0] != '"') return Refuse($"'{name}' must be a string");
        var text = Required(name);
        if (text.Length > 0) CheckName(name, text);
        return text;
    }

    /// <summary>The database asked for, or <c>data</c> (R-OPS-10).</summary>
    public string Database()
    {
        if (!Fields.Has("database")) return "data";
        return RequiredName("database");
    }

    public bool? Flag(string name)
    {
        if (!Fields.Has(name) || Fields.IsNull(name)) return null;
        if (Fields.Flag(name)) return true;
        if (Fields.Raw(name)!.Value.Span is var raw && (raw.SequenceEqual("false"u8) || raw.SequenceEqual("\"false\""u8))) return false;
        Problem($"'{name}' must be a boolean");
        return null;
    }

    /// <summary>A whole number of at least <paramref name="least"/>, or null when absent.</summary>
    public int? Count(string name, int least)
    {
        if (!Fields.Has(name) || Fields.IsNull(name)) return null;
        if (Number(name) is not { } number) Problem($"'{name}' must be a number");
        else if (number != Math.Floor(number)) Problem($"'{name}' must be an integer");
        else if (number < least) Problem($"'{name}' must be greater than or equal to {least}");
        else return (int)Math.Min(number, int.MaxValue);
        return null;
    }

    public double? Seconds(string name)
    {
        if (!Fields.Has(name) || Fields.IsNull(name)) return null;
        if (Number(name) is { } number and > 0 && double.IsFinite(number)) return number;
        Problem($"'{name}' must be a positive number of seconds");
        return null;
    }

    /// <summary>Throws when anything was wrong.</summary>
    public void Throw(int status = 400)
    {
        if (_problems.Count > 0) throw new OperationError(status, string.Join(". ", _problems));
    }

    /// <summary>A number, also when it came as text.</summary>
    private double? Number(string name) =>
        Fields.Number(name) ?? (double.TryParse(Fields.Text(name), out var number) ? number : null);

    private void CheckName(string label, string name)
    {
        if (name.Length > MaxNameLength) Problem($"'{label}' cannot exceed {MaxNameLength} characters");
        else if (name.AsSpan().ContainsAny('/', '`')) Problem($"'{label}' names cannot include backticks or forward slashes");
        else if (name is "." or ".." || name.AsSpan().ContainsAnyInRange('\0', '\x1f'))
            Problem($"'{label}' names cannot be '.' or '..' or include control characters");
    }

    private string Refuse(string problem)
    {
        Problem(problem);
        return "";
    }
}
