using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Harper.Core.Certificates;

/// <summary>The forms in which the original shows parts of certificates (operations API 8.2).</summary>
public static class CertificateText
{
    /// <summary><c>Nov  3 07:28:43 2026 GMT</c>: the day is padded with a space.</summary>
    public static string Date(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        return string.Create(CultureInfo.InvariantCulture, $"{utc:MMM} {utc.Day,2} {utc:HH:mm:ss yyyy} GMT");
    }

    /// <summary>IPv6 without abbreviation: <c>0:0:0:0:0:0:0:1</c>.</summary>
    public static string Address(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        var bytes = address.GetAddressBytes();
        return string.Join(':', Enumerable.Range(0, 8).Select(i => ((bytes[2 * i] << 8) | bytes[(2 * i) + 1]).ToString("X", CultureInfo.InvariantCulture)));
    }

    /// <summary>A value of a distinguished name with the escapes of RFC 2253.</summary>
    public static string Escape(string value)
    {
        var text = new System.Text.StringBuilder(value.Length + 4);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            var edge = (c == ' ' && (i == 0 || i == value.Length - 1)) || (c == '#' && i == 0);
            if (char.IsControl(c)) text.Append(CultureInfo.InvariantCulture, $"\\{(int)c:X2}");
            else if (edge || ",+\"<>;\\".Contains(c)) text.Append('\\').Append(c);
            else text.Append(c);
        }
        return text.ToString();
    }
}
