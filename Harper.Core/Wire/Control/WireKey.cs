using System.Buffers;
using Harper.Core.Keys;
using Harper.Core.Values;

namespace Harper.Core.Wire.Control;

/// <summary>Keys in control messages are ordinary values there, and ordered-binary everywhere else.</summary>
internal static class WireKey
{
    public static RecordKey Read(ref ControlReader reader)
    {
        var value = reader.Skip();
        try
        {
            var key = KeyCodec.FromValue(value);
            return KeyCodec.IsWellFormed(key.Span) ? key : throw FrameError.Malformed("a key is no text");
        }
        catch (Exception fault) when (fault is KeyFormatException or ValueFormatException)
        {
            throw FrameError.Malformed($"a key: {fault.Message}");
        }
    }

    public static void Write(ControlWriter to, RecordKey key)
    {
        var value = new ArrayBufferWriter<byte>(Math.Max(16, key.Length * 2));
        KeyCodec.ToValue(key.Span, value);
        to.Raw(value.WrittenSpan);
    }
}
