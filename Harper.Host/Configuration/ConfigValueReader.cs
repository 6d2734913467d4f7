using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Harper.Host.Configuration;

/// <summary>
/// Turns what is written into the type of its key. The same rules for file, environment and command line, so that <c>false</c> means
/// false wherever it stands (R-CFG-52).
/// </summary>
internal static class ConfigValueReader
{
    /// <summary>False: what is written is not what the key allows. The value is null for an explicit null.</summary>
    public static bool TryRead(ConfigKey key, ConfigNode node, out object? value)
    {
        value = null;
        if (key.Kind == ConfigKind.Anything)
        {
            value = node;
            return true;
        }
        if (key.Kind == ConfigKind.Flag) return TryReadFlag(node, out value);
        if (node.IsNullScalar) return true;
        return key.Kind switch
        {
            ConfigKind.Routes => TryReadList(node, out value),
            ConfigKind.Databases => TryReadDatabases(node, out value),
            ConfigKind.Texts => TryReadTexts(node, out value),
            ConfigKind.Networks => TryReadNetworks(node, out value),
            _ => node is ConfigNode.Scalar scalar && TryReadScalar(key, scalar.Text.Trim(), out value),
        };
    }

    private static bool TryReadScalar(ConfigKey key, string text, out object? value)
    {
        value = null;
        switch (key.Kind)
        {
            case ConfigKind.Text:
                value = text;
                return true;
            case ConfigKind.Host:
                value = text;
                return Uri.CheckHostName(text) != UriHostNameType.Unknown;
            case ConfigKind.Choice:
                value = key.Choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase));
                return value is not null;
            case ConfigKind.Url:
                value = text;
                return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "ws" or "wss" or "http" or "https" && url.Host.Length > 0;
            case ConfigKind.Port:
                return TryReadPort(text, out value);
            case ConfigKind.Whole:
                return TryReadWhole(key, text, out value);
            case ConfigKind.Milliseconds:
                if (!TryReadWhole(key, text, out var milliseconds)) return false;
                value = TimeSpan.FromMilliseconds((long)milliseconds!);
                return true;
            case ConfigKind.Duration:
                return TryReadDuration(text, out value);
            case ConfigKind.Size:
                return TryReadSize(key, text, out value);
            default:
                return false;
        }
    }

    private static bool TryReadFlag(ConfigNode node, out object? value)
    {
        value = null;
        if (node is not ConfigNode.Scalar scalar) return false;
        switch (scalar.Text.Trim().ToLowerInvariant())
        {
            case "true" or "1" or "yes" or "on":
                value = true;
                return true;
            case "false" or "0" or "no" or "off" or "":
                value = false;
                return true;
            case "null" or "~":
                return true;
            default:
                return false;
        }
    }

    private static bool TryReadWhole(ConfigKey key, string text, out object? value)
    {
        var read = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        value = number;
        return read && number >= key.Min && number <= key.Max;
    }

    private static bool TryReadPort(string text, out object? value)
    {
        value = null;
        string? host = null;
        var colon = text.LastIndexOf(':');
        if (colon >= 0)
        {
            host = text[..colon].Trim('[', ']');
            if (Uri.CheckHostName(host) == UriHostNameType.Unknown) return false;
        }
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65_535) return false;
        value = new ListenAddress(host, port);
        return true;
    }

    private static bool TryReadDuration(string text, out object? value)
    {
        value = null;
        var digits = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ");
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        double? seconds = text[digits.Length..].Trim() switch
        {
            "" or "s" or "S" or "sec" => 1,
            "ms" => 0.001,
            "m" or "M" or "min" => 60,
            "h" or "H" => 3600,
            "d" or "D" => 86_400,
            "w" or "W" => 604_800,
            _ => null,
        };
        if (seconds is null || number * seconds > 1e10) return false;
        value = TimeSpan.FromSeconds(number * seconds.Value);
        return true;
    }

    private static bool TryReadSize(ConfigKey key, string text, out object? value)
    {
        value = null;
        var digits = text.AsSpan().TrimEnd("kKmMgGiBb ");
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        long? unit = text[digits.Length..].Trim().ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "K" or "KB" or "KIB" => 1L << 10,
            "M" or "MB" or "MIB" => 1L << 20,
            "G" or "GB" or "GIB" => 1L << 30,
            _ => null,
        };
        if (unit is null || number > long.MaxValue / unit) return false;
        value = number * unit.Value;
        return number * unit >= key.Min && number * unit <= key.Max;
    }

    private static bool TryReadTexts(ConfigNode node, out object? value)
    {
        value = node switch
        {
            ConfigNode.Scalar scalar => ImmutableArray.Create(scalar.Text),
            ConfigNode.List list when list.Items.All(item => item is ConfigNode.Scalar) =>
                list.Items.Select(item => ((ConfigNode.Scalar)item).Text).ToImmutableArray(),
            _ => null,
        };
        return value is not null;
    }

    /// <summary>An address is the network of itself.</summary>
    private static bool TryReadNetworks(ConfigNode node, out object? value)
    {
        value = null;
        if (!TryReadTexts(node, out var texts)) return false;
        var networks = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (var text in (ImmutableArray<string>)texts!)
        {
            if (IPAddress.TryParse(text, out var address)) networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else if (IPNetwork.TryParse(text, out var network)) networks.Add(network);
            else return false;
        }
        value = networks.ToImmutable();
        return true;
    }

    private static bool TryReadList(ConfigNode node, out object? value)
    {
        value = node switch
        {
            ConfigNode.List list => list.Items,
            ConfigNode.Scalar scalar when scalar.Text.Length > 0 => ImmutableArray.Create<ConfigNode>(scalar),
            _ => null,
        };
        return value is not null;
    }

    /// <summary>Null stands for every database.</summary>
    private static bool TryReadDatabases(ConfigNode node, out object? value)
    {
        value = null;
        if (node is ConfigNode.Scalar { Text: "*" }) return true;
        IEnumerable<ConfigNode> items = node switch { ConfigNode.List list => list.Items, ConfigNode.Scalar => [node], _ => [ConfigNode.Map.Empty] };
        var databases = ImmutableArray.CreateBuilder<ReplicatedDatabase>();
        foreach (var item in items)
        {
            if (item is ConfigNode.Scalar { Text: "*" }) return true;
            if (ReadDatabase(item) is not { } database) return false;
            databases.Add(database);
        }
        value = databases.ToImmutable();
        return true;
    }

    private static ReplicatedDatabase? ReadDatabase(ConfigNode item)
    {
        if (item is ConfigNode.Scalar { IsNull: false } name) return new ReplicatedDatabase(name.Text);
        if (item is not ConfigNode.Map map || map.Find("name") is not ConfigNode.Scalar { IsNull: false } named) return null;
        object? sharded = null;
        if (map.Find("sharded") is { } flag && !TryReadFlag(flag, out sharded)) return null;
        object? copies = null;
        if (map.Find("replicateTo") is { IsNullScalar: false } number
            && !(number is ConfigNode.Scalar text && TryReadWhole(new ConfigKey("", ConfigKind.Whole), text.Text, out copies))) return null;
        return new ReplicatedDatabase(named.Text, sharded is true, (int?)(long?)copies);
    }
}
