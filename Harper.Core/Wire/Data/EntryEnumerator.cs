namespace Harper.Core.Wire.Data;

/// <summary>Walks audit records that lie back to back, each with its length before it.</summary>
public ref struct EntryEnumerator(ReadOnlyMemory<byte> entries)
{
    private readonly ReadOnlyMemory<byte> _entries = entries;
    private int _at;

    /// <summary>The bytes of the entry just read.</summary>
    public ReadOnlyMemory<byte> Entry { get; private set; }

    /// <summary>Nothing follows the entry just read.</summary>
    public readonly bool AtEnd => _at >= _entries.Length;

    public bool MoveNext()
    {
        if (_at >= _entries.Length) return false;
        var rest = _entries[_at..];
        var size = Varint.Read(rest.Span, out var length);
        if (size == 0) throw FrameError.Truncated("the length of an entry");
        if (length > rest.Length - size) throw FrameError.Truncated($"an entry of {length} bytes");
        if (length == 0) throw FrameError.Malformed("an entry is empty");
        Entry = rest.Slice(size, (int)length);
        _at += size + (int)length;
        return true;
    }

    /// <summary>How many lie there; throws where they are not whole, as walking them does. Nothing needs to grow while they are decoded.</summary>
    public static int Count(ReadOnlyMemory<byte> entries)
    {
        var walk = new EntryEnumerator(entries);
        var count = 0;
        while (walk.MoveNext()) count++;
        return count;
    }

    public readonly AuditRecord Record => AuditRecordParser.Parse(Entry);
}
