using System.Text;

namespace Harper.Core.Json;

/// <summary>Reads the text of a JSON string as it goes, without ever having it whole: a bulk load's CSV may have a gigabyte.</summary>
/// <param name="json">With its quotes; valid JSON and valid UTF-8, as every part of a body that was taken in.</param>
public sealed class JsonStringReader(ReadOnlyMemory<byte> json) : TextReader
{
    private const int BlockBytes = 32 * 1024;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly char[] _block = new char[BlockBytes + 2];
    private int _at = 1;
    private int _next;
    private int _count;

    public override int Peek() => _next < _count || Fill() ? _block[_next] : -1;

    public override int Read() => _next < _count || Fill() ? _block[_next++] : -1;

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> buffer)
    {
        if (buffer.IsEmpty || (_next == _count && !Fill())) return 0;
        var taken = Math.Min(buffer.Length, _count - _next);
        _block.AsSpan(_next, taken).CopyTo(buffer);
        _next += taken;
        return taken;
    }

    private bool Fill()
    {
        var text = json.Span[..^1];
        (_next, _count) = (0, 0);
        while (_count < BlockBytes && _at < text.Length)
        {
            if (text[_at] == '\\') _block[_count++] = Unescape(text);
            else
            {
                var run = text.Slice(_at, Math.Min(BlockBytes - _count, text.Length - _at));
                if (run.IndexOf((byte)'\\') is >= 0 and var escape) run = run[..escape];
                // A character that the block cuts is finished by the next one.
                _count += _decoder.GetChars(run, _block.AsSpan(_count), flush: false);
                _at += run.Length;
            }
        }

        // The slice keeps what it lies in alive only for as long as somebody holds it.
        GC.KeepAlive(this);
        return _count > 0;
    }

    private char Unescape(ReadOnlySpan<byte> text)
    {
        var kind = text[_at + 1];
        if (kind != 'u')
        {
            _at += 2;
            return kind switch { (byte)'n' => '\n', (byte)'t' => '\t', (byte)'r' => '\r', (byte)'b' => '\b', (byte)'f' => '\f', _ => (char)kind };
        }

        var unit = Convert.ToUInt16(Encoding.ASCII.GetString(text.Slice(_at + 2, 4)), 16);
        _at += 6;
        return (char)unit;
    }
}
