using System.Globalization;
using System.Text;

namespace Harper.Bench.Load;

/// <summary>Records of some 200 bytes of JSON and six attributes, the same for every system and every run.</summary>
internal static class BenchRecords
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static readonly string Padding = MakePadding();

    public static string SequentialKey(long number) => $"k{number.ToString("d9", CultureInfo.InvariantCulture)}";

    /// <summary>The same number gives the same key, and keys that follow each other lie anywhere.</summary>
    public static string RandomKey(long number)
    {
        var mixed = (ulong)number * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 31)) * 0xBF58476D1CE4E5B9;
        return (mixed ^ (mixed >> 29)).ToString("x16", CultureInfo.InvariantCulture);
    }

    public static void Append(StringBuilder json, string key, long number, int padding, string[] extras)
    {
        var from = (int)(number * 37 % (Padding.Length - 200));
        json.Append(CultureInfo.InvariantCulture,
            $"{{\"id\":\"{key}\",\"n\":{number},\"name\":\"user-{number % 1000}\",\"city\":\"city-{number % 97}\",\"score\":{number * 7919 % 10007},\"pad\":\"");
        for (; padding > 0; padding -= 190) json.Append(Padding, from, Math.Min(padding, 190));
        json.Append('"');
        for (var i = 0; i < extras.Length; i++) json.Append(CultureInfo.InvariantCulture, $",\"{extras[i]}\":{number * (7919 + 2 * i) % 10007}");
        json.Append('}');
    }

    private static string MakePadding()
    {
        var random = new Random(7);
        return string.Create(4096, random, static (text, source) =>
        {
            for (var i = 0; i < text.Length; i++) text[i] = Letters[source.Next(Letters.Length)];
        });
    }
}
