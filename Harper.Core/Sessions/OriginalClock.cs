using System.Text.Json;
using Harper.Core.Wire.Control;

namespace Harper.Core.Sessions;

/// <summary>
/// 4.7 ends a copy without a position, and an idle one states none for as long as nobody writes: a restart before that would copy all of it again. Positions of its log are times of
/// its clock when it stored a change, whoever wrote that and when (W 3.2), so it is asked for the time together with the copy: what it stored before is in the copy, what it stores
/// later, relayed changes with old versions too, has a later position. The margin covers what was being committed and the way of the answer. Where the two clocks differ the earlier
/// time counts: what comes twice is a duplicate, and a clock that was ahead and is set right skips nothing.
/// </summary>
internal static class OriginalClock
{
    /// <summary>No other operation is asked for over a socket that receives.</summary>
    private const long RequestId = 1;

    /// <summary>Milliseconds before the time it said; more than <see cref="AnswerWithinMs"/> and the longest commit together.</summary>
    public const double MarginMs = 60_000;

    /// <summary>A later answer says nothing of when the copy began.</summary>
    public const double AnswerWithinMs = 10_000;

    private static readonly byte[] Question = """{"operation":"system_information","attributes":["time"]}"""u8.ToArray();

    /// <summary>Right before the request for its copy.</summary>
    public static void Ask(ReceivingSteps step)
    {
        step.State = step.State with { ClockAskedAt = step.Moment.Now, ClockAtCopy = null };
        step.Send(new ControlFrame.OperationRequest(RequestId, Question));
    }

    public static void OnAnswer(ReceivingSteps step, ControlFrame.OperationResponse answer)
    {
        if (answer.RequestId != RequestId || step.State.ClockAskedAt is not { } asked) return;
        step.State = step.State with { ClockAskedAt = null };
        if (answer.Error is not null || step.Moment.Now - asked > AnswerWithinMs || TimeIn(answer.Json) is not { } time) return;
        step.State = step.State with { ClockAtCopy = Math.Min(time, asked) };
    }

    /// <summary>
    /// From where its log is asked after a copy that it ended without a position; null when it did not say the time. What may be no whole copy is no ground for a position: one without
    /// a row (it may be slow, and costs nothing to repeat), or one whose rows still wait for content.
    /// </summary>
    public static double? PositionAfterCopy(ReceivingState state) =>
        state is { Kind: PeerKind.Original4, WasEmpty: false, Copy.Rows: > 0, Awaiting.IsEmpty: true } && state.ClockAtCopy - MarginMs is { } position and > 0 ? position : null;

    private static double? TimeIn(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("time", out var time)
                && time.ValueKind == JsonValueKind.Object && time.TryGetProperty("current", out var current)
                && current.ValueKind == JsonValueKind.Number && current.TryGetDouble(out var milliseconds) && double.IsFinite(milliseconds) ? milliseconds : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
