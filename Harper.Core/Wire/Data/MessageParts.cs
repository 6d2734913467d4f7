using System.Buffers;

namespace Harper.Core.Wire.Data;

/// <summary>
/// Cuts long batches so that pings, confirmations and operations get between their pieces, and puts them together again. One message at
/// a time per connection: its parts follow each other, other messages than parts may lie between them. A message that was begun and is followed by another was given up:
/// the stream that sent it was stopped.
/// </summary>
public sealed class MessageParts(FrameLimits limits)
{
    public const int MaxPartBytes = 1024 * 1024;
    private const byte First = 1;
    private const byte Last = 2;
    private const int HeadLength = 2;

    /// <summary>Messages of this length are common where records are large; what a rare longer one took is given back.</summary>
    private const int KeptBytes = 4 << 20;

    private ArrayBufferWriter<byte> _message = new();
    private bool _open;

    /// <summary>The message itself, or its parts, in arrays of their own.</summary>
    public static void Split(ReadOnlySpan<byte> message, ICollection<byte[]> into)
    {
        if (message.Length <= MaxPartBytes)
        {
            into.Add(message.ToArray());
            return;
        }
        const int Each = MaxPartBytes - HeadLength;
        for (var at = 0; at < message.Length; at += Each)
        {
            var length = Math.Min(Each, message.Length - at);
            var part = new byte[HeadLength + length];
            part[0] = (byte)MessageForm.Part;
            part[1] = (byte)((at == 0 ? First : 0) | (at + length == message.Length ? Last : 0));
            message.Slice(at, length).CopyTo(part.AsSpan(HeadLength));
            into.Add(part);
        }
    }

    /// <summary>Takes a part; the whole message with the last one, in memory that the next message writes over; null before.</summary>
    public ReadOnlyMemory<byte>? Add(ReadOnlySpan<byte> part)
    {
        if (part.Length < HeadLength) throw FrameError.Truncated("the head of a part");
        var flags = part[1];
        if ((flags & First) != 0)
        {
            if (_message.Capacity > KeptBytes) _message = new ArrayBufferWriter<byte>();
            _message.ResetWrittenCount();
            _open = true;
        }
        if (!_open) throw FrameError.Malformed("a part without a beginning");
        if (_message.WrittenCount + (long)part.Length - HeadLength > limits.MaxBytes)
            throw FrameError.TooLarge("a message in parts", _message.WrittenCount + (long)part.Length, limits.MaxBytes);
        _message.Write(part[HeadLength..]);
        if ((flags & Last) == 0) return null;
        _open = false;
        return _message.WrittenMemory;
    }
}
