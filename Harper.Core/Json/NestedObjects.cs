using Harper.Core.Values;

namespace Harper.Core.Json;

/// <summary>
/// What is known while one value is encoded: the names of the objects that are open, as a stack, and the names that were
/// already given an id. An object's names are known only at its end, so its header is put in front of its values then. That
/// makes the object that ends later stand earlier in the bytes: an id may be referred to only behind the place where it was
/// given.
/// </summary>
internal sealed class NestedObjects
{
    /// <summary>The last id is kept for objects beyond the others; it is never referred to.</summary>
    private const int MaxIds = Token.LastRecord - Token.FirstInlineRecord;

    private const int LinearSearchNames = 24;

    private const int LargestKept = 256 * 1024;

    [ThreadStatic]
    private static NestedObjects? OfThread;

    private readonly RecordBuffer _open = new(256);
    private readonly RecordBuffer _known = new(256);
    private readonly (int Start, int Length, int Count, int DefinedAt)[] _ids = new (int, int, int, int)[MaxIds];
    private int _idCount;

    /// <summary>Bytes of names on the stack; an object remembers it at its start.</summary>
    public int Top => _open.Length;

    /// <summary>The instance of this thread, for one value that is not nested in another.</summary>
    public static NestedObjects Begin()
    {
        // What one huge object has blown up is not kept for ever.
        if (OfThread is null || OfThread._open.Capacity + OfThread._known.Capacity > LargestKept) OfThread = new NestedObjects();
        var nested = OfThread;
        nested._open.BeginRecord();
        nested._known.BeginRecord();
        nested._idCount = 0;
        return nested;
    }

    /// <summary>
    /// Adds a name to the object whose names begin at <paramref name="from"/>; false when it has that name already.
    /// </summary>
    public bool TryAdd(scoped ReadOnlySpan<byte> name, int from, int count, ref HashSet<int>? hashes)
    {
        if (IsKnown(name, from, count, ref hashes)) return false;
        new ValueWriter(_open).Text(name);
        return true;
    }

    /// <summary>Puts the header of an object in front of its values, and takes its names from the stack.</summary>
    public void Close(RecordBuffer values, int start, int from, int count)
    {
        var names = _open.Written[from..];
        var id = Find(names, count);
        if (id >= 0 && _ids[id].DefinedAt < start)
        {
            values.Insert(start, 1)[0] = (byte)(Token.FirstInlineRecord + id);
        }
        else
        {
            if (id < 0) id = Remember(names, count);
            if (id >= 0) _ids[id].DefinedAt = start;
            Define(values.Insert(start, 3 + ArrayHeader.Size(count) + names.Length), id, count, names);
        }

        _open.Remove(from, names.Length);
    }

    private static void Define(Span<byte> header, int id, int count, ReadOnlySpan<byte> names)
    {
        header[0] = Token.FixExtension1;
        header[1] = Token.TypeRecord;
        header[2] = id < 0 ? ValueWriter.UnsharedId : (byte)(Token.FirstInlineRecord + id);
        ArrayHeader.Write(header[3..], count);
        names.CopyTo(header[(3 + ArrayHeader.Size(count))..]);
    }

    private int Find(ReadOnlySpan<byte> names, int count)
    {
        var known = _known.Written;
        for (var i = 0; i < _idCount; i++)
            if (_ids[i].Count == count && known.Slice(_ids[i].Start, _ids[i].Length).SequenceEqual(names)) return i;
        return -1;
    }

    private int Remember(ReadOnlySpan<byte> names, int count)
    {
        if (_idCount == MaxIds) return -1;
        _ids[_idCount] = (_known.Length, names.Length, count, 0);
        new ValueWriter(_known).Raw(names);
        return _idCount++;
    }

    // Few names are compared one by one. Of many the hashes are kept, and only a hash seen before is compared.
    private bool IsKnown(scoped ReadOnlySpan<byte> name, int from, int count, ref HashSet<int>? hashes)
    {
        if (count >= LinearSearchNames)
        {
            if (hashes is null)
            {
                hashes = [];
                for (var reader = new ValueReader(_open.Written[from..]); !reader.AtEnd;) hashes.Add(Hash(reader.ReadText()));
            }

            if (hashes.Add(Hash(name))) return false;
        }

        for (var reader = new ValueReader(_open.Written[from..]); !reader.AtEnd;)
            if (reader.ReadText().SequenceEqual(name)) return true;
        return false;
    }

    private static int Hash(ReadOnlySpan<byte> name)
    {
        var hash = new HashCode();
        hash.AddBytes(name);
        return hash.ToHashCode();
    }
}
