using System.Collections.Immutable;
using System.Text.Json;
using Harper.Actors.Transport;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Wire;
using Harper.Core.Wire.Control;

namespace Harper.Actors.Cluster;

/// <summary>An operation on another node failed; the message is what operators are shown after <c>Error returned from &lt;url&gt;:</c>.</summary>
/// <param name="answered">The peer was reached, and said no.</param>
public sealed class PeerCallException(string reason, bool answered = false) : Exception(reason)
{
    public bool Answered { get; } = answered;
}

/// <summary>One operation on one other node: a socket of its own that sends 136 first, waits for 137 and closes (W 7).</summary>
public sealed class PeerCalls(IPeerTransport transport, NodeName self, PeerSocketSettings sockets)
{
    private static readonly TimeSpan DialDeadline = TimeSpan.FromSeconds(10);

    /// <param name="authorization">Sent as the Authorization header of the upgrade, held nowhere else; null: the source address identifies us.</param>
    /// <param name="verifiesTls">False: whoever answers over TLS is taken at its word.</param>
    /// <returns>The answer as an object, <c>requestId</c> included.</returns>
    /// <exception cref="PeerCallException">The peer cannot be reached, refuses, or answers with an error.</exception>
    public async Task<JsonElement> CallAsync(
        Uri url, string? authorization, ReadOnlyMemory<byte> operation, TimeSpan deadline, CancellationToken cancellation, bool verifiesTls = true)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        ImmutableArray<KeyValuePair<string, string>> headers = authorization is null ? [] : [new("Authorization", authorization)];
        try
        {
            var dial = new PeerDial(url, PeerDial.LocalAddressOf(self.Value), headers, DialDeadline, sockets)
            {
                Peer = PeerAddress.NameOf(url), VerifiesTls = verifiesTls, ShowsCertificate = authorization is null,
            };
            var socket = await transport.DialAsync(dial, limit.Token).ConfigureAwait(false);
            await using (socket.ConfigureAwait(false)) return await ExchangeAsync(socket, operation, secure: url.Scheme == "wss", limit.Token).ConfigureAwait(false);
        }
        catch (PeerTransportException error)
        {
            throw new PeerCallException(error.Message);
        }
        catch (FrameError error)
        {
            throw new PeerCallException($"it answered with something unreadable: {error.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new PeerCallException($"no answer within {deadline.TotalSeconds:0.#} s");
        }
    }

    private static async Task<JsonElement> ExchangeAsync(IPeerSocket socket, ReadOnlyMemory<byte> operation, bool secure, CancellationToken cancellation)
    {
        socket.Identified();
        const long requestId = 1;
        try
        {
            await socket.SendAsync(ControlFrameCodec.Encode(new ControlFrame.OperationRequest(requestId, operation)), cancellation).ConfigureAwait(false);
        }
        catch (PeerTransportException)
        {
            // Closed already: why is told below.
        }
        while (await socket.ReceiveAsync(cancellation).ConfigureAwait(false) is { } message)
        {
            if (!ControlFrameCodec.IsControl(message.Span)) continue;
            if (ControlFrameCodec.Decode(message.Span, FrameLimits.Default) is not ControlFrame.OperationResponse response) continue;
            if (response.RequestId != requestId) continue;
            await socket.CloseAsync(new PeerClose(PeerClose.Normal, "")).ConfigureAwait(false);
            if (response.Error is { } error) throw new PeerCallException(Plain(error), answered: true);
            using var document = JsonDocument.Parse(response.Json);
            return WithRequestId(document.RootElement, requestId);
        }
        var close = await socket.Ended.ConfigureAwait(false);
        throw new PeerCallException(close.Reason.Length > 0
            ? $"Connection closed {close.Reason} {close.Code}{(secure ? "" : Advice(close))}"
            : $"Connection closed {close.Code}", answered: close is { ByPeer: true, Code: PeerClose.Policy });
    }

    /// <summary>The original's words stay at the beginning; what to do follows them.</summary>
    private static string Advice(PeerClose close) => close.Reason == "Unauthorized"
        ? ": 'authorization' must hold the username and password of a super_user of that node"
        : "";

    /// <summary>Originals put the kind of their error before its text.</summary>
    private static string Plain(string error)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["HdbError: ", "ClientError: ", "ServerError: ", "Error: "])
            if (error.StartsWith(prefix, StringComparison.Ordinal)) return error[prefix.Length..];
        return error;
    }

    private static JsonElement WithRequestId(JsonElement answer, long requestId)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (answer.ValueKind == JsonValueKind.Object)
                foreach (var property in answer.EnumerateObject()) property.WriteTo(writer);
            writer.WriteNumber("requestId", requestId);
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
