using System.Text.Json;

namespace Harper.Core.Membership;

/// <summary>One attribute of a node record, as JSON that nobody changes.</summary>
public readonly record struct NodeField(string Name, JsonElement Value)
{
    public static NodeField Text(string name, string? value) => new(name, JsonSerializer.SerializeToElement(value));

    public static NodeField Flag(string name, bool value) => new(name, JsonSerializer.SerializeToElement(value));

    public static NodeField Number(string name, double value) => new(name, JsonSerializer.SerializeToElement(value));

    public static NodeField Null(string name) => new(name, JsonSerializer.SerializeToElement<string?>(null));

    public static NodeField Texts(string name, IEnumerable<string> values) => new(name, JsonSerializer.SerializeToElement(values));

    /// <summary>A value that something writes.</summary>
    public static NodeField Of(string name, Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(64);
        using (var writer = new Utf8JsonWriter(buffer)) write(writer);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return new NodeField(name, document.RootElement.Clone());
    }
}
