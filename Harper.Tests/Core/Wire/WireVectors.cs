using System.Text.Json;

namespace Harper.Tests.Core.Wire;

/// <summary>The recorded and generated vectors of the original's wire.</summary>
internal static class WireVectors
{
    private static readonly Lazy<JsonDocument> Document = new(() =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "wire-vectors.json"))));

    public static JsonElement Unit(string name) => Document.Value.RootElement.GetProperty("unit").GetProperty(name);

    public static IEnumerable<RecordedSession> Sessions() => Document.Value.RootElement.GetProperty("sessions").EnumerateArray()
        .Select(session => new RecordedSession(
            session.GetProperty("id").GetString()!,
            [.. session.GetProperty("frames").EnumerateArray().Where(frame => frame.TryGetProperty("hex", out _)).Select(RecordedFrame.Read)]));

    public static IEnumerable<RecordedFrame> Frames() => Sessions().SelectMany(session => session.Frames);

    public static bool IsUndefined(this JsonElement value) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("$undefined", out _);

    /// <summary>The member, or null when it is missing, undefined or null.</summary>
    public static JsonElement? Member(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) && !member.IsUndefined() &&
        member.ValueKind != JsonValueKind.Null ? member : null;
}

internal sealed record RecordedSession(string Id, IReadOnlyList<RecordedFrame> Frames);

internal sealed record RecordedFrame(int Sequence, string From, byte[] Bytes, JsonElement Decoded)
{
    public bool IsControl => Decoded.GetProperty("kind").GetString() == "control";

    public static RecordedFrame Read(JsonElement frame) => new(
        frame.GetProperty("seq").GetInt32(), frame.GetProperty("from").GetString()!, Convert.FromHexString(frame.GetProperty("hex").GetString()!),
        frame.GetProperty("decoded"));
}
