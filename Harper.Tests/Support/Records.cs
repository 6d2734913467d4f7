using System.Globalization;
using Harper.Core.Identity;
using Harper.Core.Keys;
using Harper.Core.Records;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Tests.Support;

/// <summary>Records, changes and writes in few words.</summary>
internal static class Records
{
    private static readonly ShapeCache Shapes = new();

    public static EncodedRecord Record(params (string Name, object? Value)[] attributes)
    {
        var builder = new RecordBuilder(Shapes);
        foreach (var (name, value) in attributes) Set(builder, name, value);
        return builder.Build();
    }

    /// <summary>A counter's add, as the value of an attribute in a patch.</summary>
    public static byte[] Add(double amount) => Counter.EncodeAdd(amount);

    public static LocalWrite Insert(string key, params (string Name, object? Value)[] attributes) => Local(WriteMode.Insert, key, attributes);

    public static LocalWrite Update(string key, params (string Name, object? Value)[] attributes) => Local(WriteMode.Update, key, attributes);

    public static LocalWrite Upsert(string key, params (string Name, object? Value)[] attributes) => Local(WriteMode.Upsert, key, attributes);

    public static LocalWrite Delete(string key) => new(TestDatabase.Dogs, KeyCodec.FromText(key), WriteMode.Delete, EncodedRecord.Empty);

    public static LocalWrite Local(WriteMode mode, string key, params (string Name, object? Value)[] attributes) =>
        new(TestDatabase.Dogs, KeyCodec.FromText(key), mode, Record([("id", key), .. attributes]));

    public static Change Put(string key, params (string Name, object? Value)[] attributes) =>
        new(TestDatabase.Dogs, KeyCodec.FromText(key), ChangeKind.Put, Record([("id", key), .. attributes]));

    public static Change Patch(string key, params (string Name, object? Value)[] attributes) =>
        new(TestDatabase.Dogs, KeyCodec.FromText(key), ChangeKind.Patch, Record(attributes));

    public static Change Remove(string key) => new(TestDatabase.Dogs, KeyCodec.FromText(key), ChangeKind.Delete, EncodedRecord.Empty);

    public static string Text(EncodedRecord record)
    {
        var parts = new List<string>();
        for (var reader = new RecordReader(record); reader.MoveNext();) parts.Add($"{reader.Name}={Text(reader.Value)}");
        return string.Join(' ', parts.Order(StringComparer.Ordinal));
    }

    public static string Text(ReadOnlySpan<byte> value)
    {
        var reader = new ValueReader(value);
        return reader.Kind switch
        {
            ValueKind.Number => reader.ReadNumber().ToString("R", CultureInfo.InvariantCulture),
            ValueKind.Text => System.Text.Encoding.UTF8.GetString(reader.ReadText()),
            ValueKind.Boolean => reader.ReadBoolean() ? "true" : "false",
            ValueKind.Null => "null",
            _ => Convert.ToHexString(value),
        };
    }

    private static void Set(RecordBuilder builder, string name, object? value)
    {
        switch (value)
        {
            case null:
                builder.SetNull(name);
                break;
            case bool boolean:
                builder.SetBoolean(name, boolean);
                break;
            case string text:
                builder.SetText(name, text);
                break;
            case byte[] raw:
                builder.Set(name, raw);
                break;
            default:
                builder.SetNumber(name, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
