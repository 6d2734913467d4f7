using System.Collections.Immutable;
using System.Text.Json;
using Harper.Actors.Configuration;

namespace Harper.Tests.Support;

/// <summary>A configuration that holds routes and nothing else.</summary>
internal sealed class KeptRoutes(params string[] routes) : IConfigurationStore
{
    public ImmutableArray<JsonElement> Routes { get; private set; } = [.. routes.Select(route => JsonSerializer.SerializeToElement(route))];

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteEndObject();
    }

    public ConfigurationChange Set(IEnumerable<KeyValuePair<string, JsonElement>> changes) => new([], null);

    public ConfigurationChange SetRoutes(IEnumerable<JsonElement> routes)
    {
        Routes = [.. routes];
        return new ConfigurationChange([], null);
    }
}
