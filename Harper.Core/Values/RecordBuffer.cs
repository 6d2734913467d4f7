using System.Buffers;
using System.Runtime.CompilerServices;

namespace Harper.Core.Values;

/// <summary>
/// Where the records of one request are encoded: one array for many records, and a new array when it is full. Records handed
/// out keep their memory for as long as anybody holds them; nothing is pooled and nothing is moved after
/// <see cref="EndRecord"/>.
/// </summary>
/// <param name="expectedBytes">About what all records take together: the last array has room for what is still to come and not for as much as the others. More may follow.</param>
public sealed class RecordBuffer(int initialBytes = 4096, long expectedBytes = long.MaxValue) : IBufferWriter<byte>
{
    // A record holds its whole array in memory. Arrays are kept this small so that one record kept for long does not keep a
    // megabyte.
    private const int LargestCommonArray = 64 * 1024;

    private const int SmallestCommonArray = 1024;

    private byte[] _array = new byte[Math.Max(initialBytes, 16)];
    private int _start;
    private int _end;

    /// <summary>Bytes of all records that were ended.</summary>
    public long Total { get; private set; }

    /// <summary>Bytes of the array in use.</summary>
    internal int Capacity => _array.Length;

    /// <summary>Bytes of the record so far.</summary>
    public int Length => _end - _start;

    /// <summary>The bytes of the record so far; valid until more is written.</summary>
    public Span<byte> Written => _array.AsSpan(_start, _end - _start);

    /// <summary>Begins a record where the last one ended; what was begun and not ended is discarded.</summary>
    public void BeginRecord() => _end = _start;

    /// <summary>The bytes written since <see cref="BeginRecord"/>.</summary>
    public Memory<byte> EndRecord()
    {
        var record = _array.AsMemory(_start, _end - _start);
        Total += record.Length;
        _start = _end;
        return record;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_array.Length - _end));
        _end += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsMemory(_end);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsSpan(_end);
    }

    /// <summary>Makes room in the middle of the record and returns it.</summary>
    public Span<byte> Insert(int at, int count)
    {
        Reserve(count);
        var tail = _array.AsSpan(_start + at, Length - at);
        tail.CopyTo(_array.AsSpan(_start + at + count));
        _end += count;
        return _array.AsSpan(_start + at, count);
    }

    /// <summary>Takes bytes out of the record.</summary>
    public void Remove(int at, int count)
    {
        _array.AsSpan(_start + at + count, Length - at - count).CopyTo(_array.AsSpan(_start + at));
        _end -= count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int count)
    {
        if (_array.Length - _end < count) Grow(count);
    }

    private void Grow(int count)
    {
        var length = Length;
        var needed = checked(length + count);
        // Double for a record that outgrows its array; for many small ones go on in arrays of the common size. Around one long value there is room for the short ones that follow
        // it: doubling for them would leave half of an array empty for as long as the record is held.
        var common = Math.Min(Math.Max(_array.Length * 2L, length * 2L), Math.Max(LargestCommonArray, length * 2L));
        var expected = Math.Max(expectedBytes - Total, Math.Max(SmallestCommonArray, length * 2L));
        var size = Math.Max(needed > _array.Length * 2L ? needed + needed / 16 + 64L : needed, Math.Min(common, expected));
        var grown = new byte[(int)Math.Min(size, Array.MaxLength)];
        Written.CopyTo(grown);
        _array = grown;
        _start = 0;
        _end = length;
    }
}
