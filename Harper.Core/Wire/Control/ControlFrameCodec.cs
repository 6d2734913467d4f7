using System.Buffers;

namespace Harper.Core.Wire.Control;

/// <summary>Control messages as bytes: MessagePack arrays that start with a command. The first byte of a message tells them from data.</summary>
public static class ControlFrameCodec
{
    /// <summary>True when the message is a control message, false when it carries data.</summary>
    public static bool IsControl(ReadOnlySpan<byte> message) => !message.IsEmpty && message[0] > 127;

    /// <summary>Decodes a whole message. The frame owns its bytes: nothing refers to <paramref name="message"/> afterwards.</summary>
    /// <exception cref="FrameError">For whatever is not a control message within the limits.</exception>
    public static ControlFrame Decode(ReadOnlySpan<byte> message, FrameLimits limits)
    {
        if (message.Length > limits.MaxBytes) throw FrameError.TooLarge("a control message", message.Length, limits.MaxBytes);
        var reader = new ControlReader(message, limits);
        return ControlFrameReader.Read(ref reader);
    }

    public static void Encode(ControlFrame frame, IBufferWriter<byte> to) => ControlFrameWriter.Write(new ControlWriter(to), frame);

    public static byte[] Encode(ControlFrame frame)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        Encode(frame, buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
