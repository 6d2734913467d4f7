namespace Harper.Core.Values;

/// <summary>
/// A record as bytes: the values of its shape's attributes back to back, each in the MessagePack dialect of
/// docs/wire-protocol.md. Nested objects carry their own names (<c>d4 72 id names values</c>, ids 0x60-0x7F), so the bytes need
/// no dictionary to be read and can be copied between stores and sockets unchanged. The same form is stored, logged and sent.
/// </summary>
/// <param name="Shape">The attribute names, in the order of the values.</param>
/// <param name="Values">Exactly <c>Shape.Count</c> encoded values.</param>
public readonly record struct EncodedRecord(Shape Shape, ReadOnlyMemory<byte> Values)
{
    public static readonly EncodedRecord Empty = new(Shape.Empty, default);
}
