using System.Buffers.Binary;

namespace Harper.Core.Wire.Data;

/// <summary>Walks the sections of one of our batches, after its checksum was found right.</summary>
public ref struct BatchReader
{
    private const int HeadLength = 5;

    private readonly ReadOnlyMemory<byte> _message;
    private int _at;

    /// <exception cref="FrameError">Not a batch, or not as it was sent.</exception>
    public BatchReader(ReadOnlyMemory<byte> message, FrameLimits limits)
    {
        if (message.Length > limits.MaxBytes) throw FrameError.TooLarge("a batch", message.Length, limits.MaxBytes);
        if (message.Length < HeadLength) throw FrameError.Truncated("the head of a batch");
        var bytes = message.Span;
        if (bytes[0] != (byte)MessageForm.Batch) throw FrameError.Malformed("not a batch");
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]) != Checksum.Of(bytes[HeadLength..]))
            throw new FrameError(FrameErrorCode.Checksum, $"a batch of {message.Length} bytes is not as it was sent");
        _message = message;
        _at = HeadLength;
    }

    public BatchSection Current { get; private set; }

    public bool MoveNext()
    {
        if (_at >= _message.Length) return false;
        var rest = _message[_at..];
        var size = Varint.Read(rest.Span, out var length);
        if (size == 0 || length > rest.Length - size) throw FrameError.Truncated("a section");
        if (length == 0) throw FrameError.Malformed("a section is empty");
        Current = Parse(rest.Slice(size, (int)length));
        _at += size + (int)length;
        return true;
    }

    private static BatchSection Parse(ReadOnlyMemory<byte> section)
    {
        var reader = new EntryReader(section);
        var kind = (SectionKind)reader.Byte("the kind of a section");
        if (kind is SectionKind.CopiedRows or SectionKind.Held or SectionKind.Blob) return new BatchSection { Kind = kind, Entries = reader.Rest() };
        if (kind != SectionKind.Transaction) throw FrameError.Malformed($"a section of unknown kind {(byte)kind}");
        var origin = reader.Id("the origin id");
        var version = reader.Time("the version");
        var previous = reader.TimeOrNone("the previous version");
        var position = reader.Time("the position");
        var user = reader.Take(reader.Varint("the user length"), "the user");
        return new BatchSection
        {
            Kind = kind, OriginId = origin, Version = version, Previous = previous, Position = position, User = user, Entries = reader.Rest(),
        };
    }
}
