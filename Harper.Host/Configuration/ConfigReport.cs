using System.Collections.Immutable;

namespace Harper.Host.Configuration;

/// <summary>One effective value and where it comes from.</summary>
internal sealed record ConfigEntry(string Path, ConfigKey? Key, ConfigNode? Node, object? Value, string Source)
{
    /// <summary>The value as text, secrets redacted.</summary>
    public string Shown => SecretKeys.IsSecret(Path[(Path.LastIndexOf('.') + 1)..]) && Node is not null ? SecretKeys.Redacted : Node?.Display() ?? "(none)";
}

/// <summary>What a configuration means: the config if there is nothing against it, and everything that is worth saying.</summary>
internal sealed record ConfigReport(
    HarperConfig? Config, ImmutableArray<ConfigEntry> Entries, ImmutableArray<string> Errors, ImmutableArray<string> Warnings)
{
    public const string ErrorPrefix = "HarperDB config file validation error: ";

    /// <summary>All errors as one message.</summary>
    public string ErrorMessage => ErrorPrefix + string.Join("; ", Errors);
}
