namespace Harper.Core.Values;

/// <summary>The names of a nested record, to be read one by one beside its values.</summary>
public ref struct RecordNames
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;

    internal RecordNames(ReadOnlySpan<byte> bytes, int position, int count)
    {
        _bytes = bytes;
        _position = position;
        Count = count;
    }

    public int Count { get; }

    /// <summary>Where the names read so far end.</summary>
    internal readonly int Position => _position;

    /// <summary>The next name in UTF-8. Called at most <see cref="Count"/> times.</summary>
    public ReadOnlySpan<byte> Next()
    {
        var reader = new NameReader(_bytes, _position);
        var name = reader.Read();
        _position = reader.Position;
        return name;
    }

    // Names were checked when their definition was read; this only walks them.
    private ref struct NameReader(ReadOnlySpan<byte> bytes, int position)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public int Position { get; private set; } = position;

        public ReadOnlySpan<byte> Read()
        {
            int token = _bytes[Position], at = Position + 1, length;
            switch (token)
            {
                case Token.Text8:
                    length = _bytes[at];
                    at += 1;
                    break;
                case Token.Text16:
                    length = _bytes[at] << 8 | _bytes[at + 1];
                    at += 2;
                    break;
                case Token.Text32:
                    length = _bytes[at] << 24 | _bytes[at + 1] << 16 | _bytes[at + 2] << 8 | _bytes[at + 3];
                    at += 4;
                    break;
                default:
                    length = token & 0x1F;
                    break;
            }

            Position = at + length;
            return _bytes.Slice(at, length);
        }
    }
}
