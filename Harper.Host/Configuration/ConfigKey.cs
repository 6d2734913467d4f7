using System.Collections.Immutable;

namespace Harper.Host.Configuration;

internal enum ConfigKind
{
    Text,

    /// <summary>A host name or address; a number is text too.</summary>
    Host,
    Flag,
    Whole,
    Milliseconds,

    /// <summary>A number of seconds, or with a unit: <c>45s</c>, <c>30m</c>, <c>12h</c>, <c>3d</c>.</summary>
    Duration,

    /// <summary>Bytes, or with a unit: <c>64M</c>.</summary>
    Size,

    /// <summary>A port number, <c>host:port</c>, or null for none.</summary>
    Port,
    Choice,

    /// <summary>A list of texts; a single text is a list of one.</summary>
    Texts,

    /// <summary>A list of IP networks, or addresses.</summary>
    Networks,
    Url,
    Routes,
    Databases,

    /// <summary>Read by nobody yet, or by who owns it: kept as it is.</summary>
    Anything,
}

internal enum ConfigService
{
    /// <summary>The node does what the key says.</summary>
    Served,

    /// <summary>A valid key for something that does not exist yet: named in one warning when it asks for it.</summary>
    NotYet,

    /// <summary>Accepted for the original's sake; there is nothing here that it could change.</summary>
    WithoutEffect,
}

/// <summary>One key of the configuration: everything else about it is derived from this.</summary>
/// <param name="Path">Dotted; a part <c>*</c> stands for any name.</param>
internal sealed record ConfigKey(string Path, ConfigKind Kind)
{
    /// <summary>The default as it would be written; null: none.</summary>
    public string? Default { get; init; }

    public long Min { get; init; }

    public long Max { get; init; } = long.MaxValue;

    public ImmutableArray<string> Choices { get; init; } = [];

    public ConfigService Service { get; init; }

    /// <summary>
    /// The value is a section of its own form, read by who owns it. What several sources say of it is joined, the stronger one counting wherever both speak, so
    /// that a variable may change one setting of a section that stands in the file.
    /// </summary>
    public bool IsJoined => !Below.IsEmpty;

    /// <summary>Keys below this one, dotted, that variables, flags and set_configuration can name one by one.</summary>
    public ImmutableArray<string> Below { get; init; } = [];

    public string[] Parts { get; } = Path.Split('.');

    /// <summary>The name in the environment, on the command line and in set_configuration, in any case.</summary>
    public string FlatName { get; } = Path.Replace('.', '_').ToUpperInvariant();

    public bool HasWildcard => Path.Contains('*');

    /// <summary>What may stand here, for messages.</summary>
    public string Allowed => Kind switch
    {
        ConfigKind.Text => "a text",
        ConfigKind.Host => "a host name or an IP address",
        ConfigKind.Flag => "true or false",
        ConfigKind.Whole => Range("a whole number"),
        ConfigKind.Milliseconds => Range("a number of milliseconds"),
        ConfigKind.Duration => "a number of seconds, or a number with a unit: 45s, 30m, 12h, 3d",
        ConfigKind.Size => "a number of bytes, or a number with a unit: 64K, 64M, 1G" + (Min > 0 ? $"; at least {Min}" : ""),
        ConfigKind.Port => "a port number from 1 to 65535, 'host:port', or null for no listener",
        ConfigKind.Choice => "one of " + string.Join(", ", Choices),
        ConfigKind.Texts => "a list of texts",
        ConfigKind.Networks => "a list of networks such as 10.1.0.0/16 or fd00:1::/64, or of IP addresses",
        ConfigKind.Url => "a URL such as ws://server-one:9933",
        ConfigKind.Routes => "a list of routes, each 'host', 'host:port', a ws:// URL, or an object with hostname or url",
        ConfigKind.Databases => "'*' or a list of database names or objects {name, sharded, replicateTo}",
        _ => "anything",
    };

    private string Range(string what) =>
        Max == long.MaxValue ? (Min > 0 ? $"{what}, at least {Min}" : what) : $"{what} from {Min} to {Max}";
}
