using System.Collections.Immutable;
using System.Text.Json;

namespace Harper.Actors.Configuration;

/// <summary>
/// The node's configuration as operations see and change it. What is written takes effect at the next start, except for routes, which their
/// operation also hands to membership. Safe for any thread; changes are serialized.
/// </summary>
public interface IConfigurationStore
{
    /// <summary>Writes the whole configuration as one JSON object: effective values, unknown keys as they stand in the file, secrets redacted.</summary>
    void Write(Utf8JsonWriter writer);

    /// <summary>
    /// Sets keys by their flattened names (<c>logging_level</c>, any case) and writes the file, after copying the old one to <c>backup/</c>.
    /// Throws OperationError 400 with every fault when the next start would refuse a value; nothing is written then (R-SYS-06).
    /// </summary>
    ConfigurationChange Set(IEnumerable<KeyValuePair<string, JsonElement>> changes);

    /// <summary>The routes as they are written in the file, or given by the environment.</summary>
    ImmutableArray<JsonElement> Routes { get; }

    /// <summary>Writes <c>replication.routes</c>; entries are kept as given.</summary>
    ConfigurationChange SetRoutes(IEnumerable<JsonElement> routes);
}

/// <summary>What became of a change.</summary>
/// <param name="Warnings">Unknown keys with the nearest known one, and keys that something stronger than the file overrides.</param>
/// <param name="BackupFile">Where the previous file went.</param>
public sealed record ConfigurationChange(ImmutableArray<string> Warnings, string? BackupFile);
