using System.Buffers;
using System.Text;
using System.Text.Json;
using Harper.Actors.Operations;
using Harper.Actors.Peers;
using Harper.Core.Identity;
using Harper.Core.Operations;
using Harper.Core.Wire.Control;

namespace Harper.Actors.Cluster;

/// <summary>
/// Operations that other nodes send (136): run through the one dispatcher, as the node that asks or as the user whose credentials opened the socket.
/// What is unknown or fails is answered with an error at once, never with silence (W 7).
/// </summary>
public sealed class PeerOperations : IPeerOperations, IPeerCallOperations
{
    private volatile OperationDispatcher? _dispatcher;

    /// <summary>The catalogue holds operations that need what this is part of, so it comes later.</summary>
    public void Attach(OperationDispatcher dispatcher) => _dispatcher = dispatcher;

    public Task<ControlFrame.OperationResponse> RunAsync(NodeName peer, ControlFrame.OperationRequest request, CancellationToken cancellation) =>
        RunAsync(new Caller(null, SuperUser: true, peer.Value), request, cancellation);

    public async Task<ControlFrame.OperationResponse> RunAsync(Caller caller, ControlFrame.OperationRequest request, CancellationToken cancellation)
    {
        if (_dispatcher is not { } dispatcher) return Failed(request, "the node is starting");
        OperationFields fields;
        try
        {
            fields = OperationFields.ParseBody(request.Json);
        }
        catch (OperationError error)
        {
            return Failed(request, error.Message);
        }
        var answer = await dispatcher.RunAsync(fields, caller, CallOrigin.Socket, cancellation).ConfigureAwait(false);
        try
        {
            var body = await ReadAsync(answer, cancellation).ConfigureAwait(false);
            return answer.Status < 400
                ? new ControlFrame.OperationResponse(request.RequestId, AsObject(body))
                : Failed(request, ErrorIn(body));
        }
        catch (OperationError error)
        {
            return Failed(request, error.Message);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(OperationAnswer answer, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        var writer = new Utf8JsonWriter(buffer);
        await using (writer.ConfigureAwait(false)) await answer.WriteToAsync(writer, cancellation).ConfigureAwait(false);
        return buffer.WrittenMemory;
    }

    /// <summary>Array results travel as <c>{results: [...]}</c>, texts as <c>{message: ...}</c>.</summary>
    private static ReadOnlyMemory<byte> AsObject(ReadOnlyMemory<byte> body) => body.IsEmpty ? "{}"u8.ToArray() : body.Span[0] switch
    {
        (byte)'{' => body,
        (byte)'[' => Wrap("{\"results\":"u8, body.Span),
        _ => Wrap("{\"message\":"u8, body.Span),
    };

    private static byte[] Wrap(ReadOnlySpan<byte> open, ReadOnlySpan<byte> body) => [.. open, .. body, (byte)'}'];

    private static string ErrorIn(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        if (!document.RootElement.TryGetProperty("error", out var error)) return Encoding.UTF8.GetString(body.Span);
        return error.ValueKind == JsonValueKind.String ? error.GetString()! : error.GetRawText();
    }

    private static ControlFrame.OperationResponse Failed(ControlFrame.OperationRequest request, string reason) =>
        new(request.RequestId, "{}"u8.ToArray(), "HdbError: " + reason);
}
