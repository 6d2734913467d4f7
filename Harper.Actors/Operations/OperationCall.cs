using System.Text.Json;

namespace Harper.Actors.Operations;

/// <summary>How a call came in; internal calls come from peers that are trusted as nodes.</summary>
public enum CallOrigin { Http, Socket, Job }

/// <summary>Who calls. <see cref="Node"/>: a peer, identified as a node of the cluster; it may run internal operations.</summary>
public sealed record Caller(string? User, bool SuperUser, string? Node = null);

/// <summary>One call of an operation, after the carrier has parsed the envelope.</summary>
/// <param name="Operation">Its name, aliases resolved.</param>
/// <param name="Raw">The body as UTF-8 JSON: bulk operations read records from here without building objects.</param>
/// <param name="Body">The same, parsed when first asked for.</param>
public sealed record OperationCall(string Operation, ReadOnlyMemory<byte> Raw, Lazy<JsonElement> Body, Caller Caller, CallOrigin Origin);

/// <summary>An answer: a status and something that writes the JSON body. Searches write as they read, nothing is built up first.</summary>
public sealed record OperationAnswer(int Status, Action<Utf8JsonWriter> Write)
{
    public static OperationAnswer Message(string message) => new(200, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("message", message);
        writer.WriteEndObject();
    });
}
