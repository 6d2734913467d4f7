namespace Harper.Core.BulkLoad;

/// <summary>The port to a CSV library: RFC 4180 with its usual liberties, a byte order mark removed, empty lines skipped.</summary>
public interface ICsvReader
{
    /// <summary>The rows of a CSV text, the header first. Read once, from front to back.</summary>
    /// <exception cref="Operations.OperationError">The text is not CSV: a quote that never ends.</exception>
    IEnumerable<string[]> Read(TextReader text);
}
