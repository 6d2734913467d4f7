using System.Text;

namespace Harper.Core.Wire.Data;

/// <summary>User names in audit records: ordered-binary strings. The last one is remembered: neighbours nearly always share it.</summary>
internal sealed class WireUser
{
    private const byte Escape = 0x04;
    private const byte Prefix = 0x1B;
    private const int FirstPlainUnit = 28;
    private const int EscapedBelowUnits = 64;

    private byte[] _bytes = [];
    private string? _name;

    public string? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return null;
        if (_name is not null && bytes.SequenceEqual(_bytes)) return _name;
        var name = Decode(bytes);
        (_bytes, _name) = (bytes.ToArray(), name);
        return name;
    }

    public ReadOnlySpan<byte> Write(string? name)
    {
        if (string.IsNullOrEmpty(name)) return default;
        if (name == _name) return _bytes;
        (_bytes, _name) = (Encode(name), name);
        return _bytes;
    }

    private static byte[] Encode(string name)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        var escapes = name.Length < EscapedBelowUnits ? utf8.Count(one => one <= Escape) : 0;
        var prefix = name[0] < FirstPlainUnit ? 1 : 0;
        if (escapes + prefix == 0) return utf8;
        var bytes = new byte[utf8.Length + escapes + prefix];
        var at = 0;
        if (prefix == 1) bytes[at++] = Prefix;
        foreach (var one in utf8)
        {
            if (escapes > 0 && one <= Escape) bytes[at++] = Escape;
            bytes[at++] = one;
        }
        return bytes;
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] == Prefix) bytes = bytes[1..];
        if (!bytes.Contains(Escape)) return Encoding.UTF8.GetString(bytes);
        var plain = new byte[bytes.Length];
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == Escape && i + 1 < bytes.Length) i++;
            plain[length++] = bytes[i];
        }
        return Encoding.UTF8.GetString(plain, 0, length);
    }
}
