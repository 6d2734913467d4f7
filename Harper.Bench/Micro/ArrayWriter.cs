using System.Buffers;

namespace Harper.Bench.Micro;

/// <summary>A buffer that is written again and again without allocating, so that only the code under test is measured.</summary>
internal sealed class ArrayWriter : IBufferWriter<byte>
{
    private readonly byte[] _bytes = new byte[4096];

    public int Length { get; private set; }

    public void Clear() => Length = 0;

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(Length);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(Length);
}
