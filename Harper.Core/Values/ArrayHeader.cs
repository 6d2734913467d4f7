using System.Buffers.Binary;

namespace Harper.Core.Values;

/// <summary>The count in front of an array, written where there is room already.</summary>
internal static class ArrayHeader
{
    public static int Size(int count) => count <= 15 ? 1 : count <= 0xFFFF ? 3 : 5;

    public static void Write(Span<byte> into, int count)
    {
        switch (count)
        {
            case <= 15:
                into[0] = (byte)(Token.FixArray | count);
                break;
            case <= 0xFFFF:
                into[0] = Token.Array16;
                BinaryPrimitives.WriteUInt16BigEndian(into[1..], (ushort)count);
                break;
            default:
                into[0] = Token.Array32;
                BinaryPrimitives.WriteInt32BigEndian(into[1..], count);
                break;
        }
    }
}
