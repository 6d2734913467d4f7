using System.Numerics;
using System.Text;

namespace Harper.Tests.Interop;

/// <summary>Records from a seed, of every kind of value that a record can hold and at the borders of each.</summary>
/// <param name="subsets">How many subsets of the attributes there are; null: all. The original announces every shape that it ever saw again with each new one,
/// which takes it minutes for ten thousand of them.</param>
internal sealed class GeneratedRecords(int seed, int? subsets = null)
{
    private static readonly long[] WholeBorders =
    [
        0, 1, -1, 31, 32, 63, 64, 127, 128, 0xF5, 0xF6, 0xF9, 255, 256, 65535, 65536, 0x1FFFFFFF, 0x20000000, -0x1EFFFFFF, -0x1F000000, -0x1F000001, -0x20000000,
        int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, (1L << 53) - 1, 1L << 53, -(1L << 53), -(1L << 53) + 1,
    ];

    private static readonly double[] BrokenBorders =
        [0.1, 1.1, 12.5, -0.5, 0.3, 1e-7, 1e21, 1.7976931348623157e308, 5e-324, 3.4028235e38, 16777217.5, 99.99, 1234.567, -273.15, 0.1 + 0.2];

    private static readonly string[] Texts =
        ["", " ", "a", "true", "null", "2020-01-01T00:00:00.000Z", "\u0000\u0001\u001b", "naïve", "日本語", "😀", "a\u0301", "𝔘𝔫𝔦", "\"quoted\"\n\t", "--", "9007199254740993"];

    private readonly Random _random = new(seed);
    private Random _choice = new(seed);

    /// <summary>A record with the key; its attributes are a subset of about a dozen, so that a few thousand records have more than a thousand shapes.</summary>
    public Dictionary<string, object?> Next(object id)
    {
        if (subsets is { } count) _choice = new Random(seed + _random.Next(count));
        var record = new Dictionary<string, object?> { ["id"] = id };
        Maybe(record, "whole", Whole);
        Maybe(record, "broken", Broken);
        Maybe(record, "flag", () => _random.Next(2) == 0);
        Maybe(record, "ascii", () => Ascii(_random.Next(40)));
        Maybe(record, "text", () => Texts[_random.Next(Texts.Length)] + Ascii(_random.Next(3)));
        Maybe(record, "long", () => Long(_random.Next(3) == 0 ? 6000 : 300));
        Maybe(record, "date", () => DateTimeOffset.FromUnixTimeMilliseconds(_random.NextInt64(-2_000_000_000_000, 4_000_000_000_000)));
        Maybe(record, "big", () => new BigInteger(_random.NextInt64()) * (_random.Next(2) == 0 ? BigInteger.Pow(7, _random.Next(60)) : BigInteger.MinusOne));
        Maybe(record, "nothing", () => null);
        Maybe(record, "list", () => List(3));
        Maybe(record, "map", () => Map(3));
        Maybe(record, "bytes", Bytes);
        Maybe(record, "mixed", () => Any(2));
        return record;
    }

    private void Maybe(Dictionary<string, object?> record, string name, Func<object?> value)
    {
        if (_choice.Next(2) == 0) record[name] = value();
    }

    private object Whole() => _random.Next(3) switch
    {
        0 => WholeBorders[_random.Next(WholeBorders.Length)],
        1 => (long)_random.Next(-1000, 1000),
        _ => _random.NextInt64(-(1L << 53), 1L << 53) >> _random.Next(53),
    };

    private object Broken() => _random.Next(3) switch
    {
        0 => BrokenBorders[_random.Next(BrokenBorders.Length)],
        1 => Math.Round(_random.NextDouble() * 10000, _random.Next(1, 6)),
        _ => (_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(-20, 20)),
    };

    private string Ascii(int length) => string.Create(length, _random, (span, random) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = (char)random.Next(32, 127);
    });

    private string Long(int upTo)
    {
        var text = new StringBuilder();
        while (text.Length < upTo) text.Append(Texts[_random.Next(3, Texts.Length)]).Append(Ascii(20));
        return text.ToString();
    }

    private byte[] Bytes()
    {
        var bytes = new byte[_random.Next(4) == 0 ? _random.Next(3000) : _random.Next(20)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private List<object?> List(int depth) => [.. Enumerable.Range(0, _random.Next(5)).Select(_ => Any(depth - 1))];

    private Dictionary<string, object?> Map(int depth)
    {
        var map = new Dictionary<string, object?>();
        for (var count = _random.Next(5); count > 0; count--) map[$"{(char)('a' + _random.Next(8))}{_random.Next(3)}"] = Any(depth - 1);
        return map;
    }

    private object? Any(int depth) => _random.Next(depth > 0 ? 11 : 9) switch
    {
        0 => Whole(),
        1 => Broken(),
        2 => true,
        3 => false,
        4 => null,
        5 => Texts[_random.Next(Texts.Length)],
        6 => DateTimeOffset.FromUnixTimeMilliseconds(_random.NextInt64(0, 2_000_000_000_000)),
        7 => Bytes(),
        8 => new BigInteger(_random.NextInt64(1L << 54, long.MaxValue)),
        9 => List(depth),
        _ => Map(depth),
    };
}
