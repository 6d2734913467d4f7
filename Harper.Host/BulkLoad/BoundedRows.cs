using Harper.Core.Operations;

namespace Harper.Host.BulkLoad;

/// <summary>
/// A CSV text that ends with an error where a row gets longer or wider than any row may be: the parser behind it holds one row in memory, whatever that is. Quotes are
/// counted as RFC 4180 has them: within an odd number of them, commas and line ends are text.
/// </summary>
internal sealed class BoundedRows(TextReader text) : TextReader
{
    /// <summary>Characters of one row.</summary>
    public const int MaxRow = 64_000_000;

    /// <summary>Columns of one row.</summary>
    public const int MaxColumns = 10_000;

    private const int MaxRead = 64 * 1024;

    private long _row = 1;
    private int _length;
    private int _columns = 1;
    private bool _quoted;

    public override int Peek() => text.Peek();

    public override int Read()
    {
        var read = text.Read();
        if (read >= 0) Take((char)read);
        return read;
    }

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> buffer)
    {
        // A parser whose buffer is full of one row asks for as much again at once.
        var read = text.Read(buffer[..Math.Min(buffer.Length, MaxRead)]);
        foreach (var character in buffer[..read]) Take(character);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) text.Dispose();
        base.Dispose(disposing);
    }

    private void Take(char character)
    {
        if (character == '"') _quoted = !_quoted;
        else if (!_quoted && character is '\n' or '\r')
        {
            (_length, _columns) = (0, 1);
            if (character == '\n') _row++;
            return;
        }
        else if (!_quoted && character == ',' && ++_columns > MaxColumns)
            throw OperationError.Bad($"Row {_row} of the CSV text has more than {MaxColumns} columns, which is as many as can be loaded: leave columns out, or load them into several tables");
        if (++_length > MaxRow)
            throw OperationError.Bad($"Row {_row} of the CSV text is longer than {MaxRow / 1_000_000} million characters: {(_quoted ? "a quote that begins in it does not end" : "check that its lines end, and that commas separate its values")}");
    }
}
