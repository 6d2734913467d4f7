using System.Buffers;
using Harper.Core.Values;

namespace Harper.Core.Keys;

/// <summary>Values of the record dialect as keys, and back.</summary>
internal static class ValueKeys
{
    public static bool Write(ReadOnlySpan<byte> value, IBufferWriter<byte> into)
    {
        var reader = new ValueReader(value);
        if (reader.Kind != ValueKind.Array)
        {
            if (!CanBeElement(ref reader)) return false;
            var single = new OrderedKeyWriter(into);
            WriteElement(ref reader, ref single);
            return true;
        }

        var check = reader;
        var count = reader.ReadArray();
        if (count == 0) return false;
        check.ReadArray();
        for (var i = 0; i < count; i++, check.Skip())
            if (!CanBeElement(ref check)) return false;

        var writer = new OrderedKeyWriter(into, compound: count > 1);
        for (var i = 0; i < count; i++) WriteElement(ref reader, ref writer);
        return true;
    }

    public static void Read(ReadOnlySpan<byte> key, IBufferWriter<byte> into)
    {
        var writer = new ValueWriter(into);
        var count = 0;
        for (var counter = new OrderedKeyReader(key); counter.MoveNext();) count++;
        if (count > 1) writer.BeginArray(count);
        for (var reader = new OrderedKeyReader(key); reader.MoveNext();) ReadElement(ref reader, writer);
    }

    private static bool CanBeElement(ref ValueReader reader)
    {
        var kind = reader.Kind;
        if (kind is ValueKind.Number or ValueKind.Date or ValueKind.BigInteger)
        {
            var copy = reader;
            var number = kind == ValueKind.Date ? copy.ReadDate() : copy.ReadNumber();
            return !double.IsNaN(number) && (kind != ValueKind.BigInteger || double.IsFinite(number));
        }

        return kind is ValueKind.Text or ValueKind.Boolean or ValueKind.Null;
    }

    private static void WriteElement(ref ValueReader reader, ref OrderedKeyWriter writer)
    {
        switch (reader.Kind)
        {
            case ValueKind.Text:
                writer.Text(reader.ReadText());
                break;
            case ValueKind.Number:
                writer.Number(reader.ReadNumber());
                break;
            case ValueKind.Date:
                writer.Number(reader.ReadDate());
                break;
            case ValueKind.BigInteger:
                writer.BigInteger(reader.ReadBigInteger());
                break;
            case ValueKind.Boolean:
                writer.Boolean(reader.ReadBoolean());
                break;
            default:
                reader.Skip();
                writer.Null();
                break;
        }
    }

    private static void ReadElement(ref OrderedKeyReader reader, ValueWriter writer)
    {
        switch (reader.Kind)
        {
            case KeyElementKind.Null:
                writer.Null();
                break;
            case KeyElementKind.Boolean:
                writer.Boolean(reader.Boolean);
                break;
            case KeyElementKind.Number:
                writer.Number(reader.Number);
                break;
            case KeyElementKind.BigInteger:
                writer.BigInteger(reader.BigInteger);
                break;
            case KeyElementKind.Binary:
                writer.Binary(reader.Raw);
                break;
            default:
                ReadText(ref reader, writer);
                break;
        }
    }

    private static void ReadText(ref OrderedKeyReader reader, ValueWriter writer)
    {
        var length = reader.Raw.Length;
        var rented = length > 512 ? ArrayPool<byte>.Shared.Rent(length) : null;
        writer.Text(reader.Text(rented is null ? stackalloc byte[512] : rented));
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }
}
